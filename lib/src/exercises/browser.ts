import { isSame, judgeNumber } from './exercise.js';

/** The exercises of the lesson on models in browsers. */
export const browser = {
  /** How many bytes 3,072 outputs of 768 weights are in 8 bits, with a float32 scale for each output. */
  bytes(answer: unknown): void {
    judgeNumber(answer, {
      name: 'browser.bytes',
      isRight: (bytes) => isSame(bytes, 3072 * (768 + Float32Array.BYTES_PER_ELEMENT)),
      hint: 'a weight is a byte; a scale is a float32, and there is one for each output.',
    });
  },

  /** What becomes of the weight −0.1 in 8 bits, where the largest weight of its output is 0.508. */
  level(answer: unknown): void {
    judgeNumber(answer, {
      name: 'browser.level',
      isRight: (level) => isSame(level, Math.round(-0.1 / (0.508 / 127))),
      hint: 'the largest weight becomes 127: what is the scale? Divide by it, and round.',
    });
  },

  /** Up to which whole number all are exact in a float16. */
  half(answer: unknown): void {
    judgeNumber(answer, {
      name: 'browser.half',
      isRight: (last) => isSame(last, 2 ** 11),
      hint: 'a whole number of 12 binary digits is exact only if its last digit is 0: which is the first that is not?',
    });
  },
};
