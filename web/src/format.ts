/** A time as m:ss, or h:mm:ss from an hour on. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds + 1e-6));
  const two = (value: number): string => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60)];
  return hours > 0 ? `${hours}:${two(minutes % 60)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** Steps between ticks of a time axis, in seconds. */
const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];

/** Ticks of a time axis, at most `most` of them. */
export function timeTicks(duration: number, most: number): { time: number; text: string }[] {
  const step = STEPS.find((candidate) => duration / candidate <= most) ?? duration;
  const count = Math.floor(duration / step + 1e-9) + 1;
  const text = (time: number): string => (duration > 60 ? clock(time) : `${Number(time.toFixed(1))} s`);
  return Array.from({ length: count }, (_, i) => ({ time: i * step, text: text(i * step) }));
}
