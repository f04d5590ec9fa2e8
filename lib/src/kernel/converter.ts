import { type Converter, converter } from './tslab.js';

/** Turns cells into JavaScript, and answers what an editor asks about them. */
export function createConverter(options: { isBrowser: boolean }): Converter {
  return converter.createConverter({ isJS: false, ...options });
}
