import type { Waveform } from '../../dsp/waveform.js';

/** Blocks in which power is looked at, in seconds. */
const BLOCK = 0.05;

/** A block sounds unless it has less than this share of the loudest one's power: 30 dB below it. */
const SOUNDING = 1e-3;

/**
 * The level of a sound where it sounds: the root of the mean square over its blocks of 50 ms, without those that are more
 * than 30 dB below the loudest. 0 for silence.
 */
export function soundingLevel({ samples, sampleRate }: Waveform): number {
  const length = Math.max(1, Math.round(BLOCK * sampleRate));
  const powers: number[] = [];
  for (let start = 0; start < samples.length; start += length) {
    const block = samples.subarray(start, start + length);
    powers.push(block.reduce((sum, x) => sum + x * x, 0) / block.length);
  }
  const least = SOUNDING * powers.reduce((most, power) => Math.max(most, power), 0);
  const sounding = powers.filter((power) => power > 0 && power >= least);
  return sounding.length === 0 ? 0 : Math.sqrt(sounding.reduce((sum, power) => sum + power, 0) / sounding.length);
}

/**
 * What to multiply sounds by, so that all have the same {@link soundingLevel} and none exceeds full scale: the level of
 * the loudest where there is room for it, else less. Silence keeps its 1.
 *
 * @param peaks - the largest magnitude of each
 */
export function equalGains(levels: readonly number[], peaks: readonly number[]): number[] {
  const heard = levels.map((level, i) => ({ level, peak: peaks[i] })).filter(({ level }) => level > 0);
  const target = heard.reduce(
    (least, { level, peak }) => Math.min(least, level / peak),
    heard.reduce((most, { level }) => Math.max(most, level), 0),
  );
  return levels.map((level) => (level > 0 ? target / level : 1));
}
