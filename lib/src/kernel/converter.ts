import { align } from './align.js';
import { type Converter, converter } from './tslab.js';

/** Turns cells into JavaScript, and answers what an editor asks about them. */
export function createConverter(options: { isBrowser: boolean }): Converter {
  const made = converter.createConverter({ isJS: false, ...options });
  return {
    ...made,
    convert(previous, source) {
      const converted = made.convert(previous, source);
      const { output } = converted;
      return output === undefined ? converted : { ...converted, sourceMap: align(source, output) };
    },
  };
}
