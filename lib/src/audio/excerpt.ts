import { ParameterError } from '../errors.js';

/** What to read of a file. */
export interface Excerpt {
  /** Where to begin, in seconds. */
  offset: number;
  /** In seconds; undefined for all. */
  duration: number | undefined;
  /** Whether to mix the channels to one. */
  mono: boolean;
}

/**
 * The first sample of an excerpt, and how many, as librosa counts them.
 *
 * @throws ParameterError if there are none
 */
export function samplesOf(
  { offset, duration }: Excerpt,
  sampleRate: number,
  name: string,
): { first: number; count: number } {
  const count = duration === undefined ? Infinity : Math.trunc(duration * sampleRate);
  if (count === 0) throw new ParameterError(`duration is ${duration}; that is less than a sample of ${name}`);
  return { first: Math.trunc(offset * sampleRate), count };
}

/** The error for an excerpt after the end. @param seconds - where that is, if it is known */
export function afterEnd({ offset }: Excerpt, name: string, seconds?: number): ParameterError {
  const end = seconds === undefined ? 'ends before' : `ends at ${seconds.toFixed(2)} s`;
  return new ParameterError(`offset is ${offset}; ${name} ${end}`);
}
