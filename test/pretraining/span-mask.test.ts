import assert from 'node:assert/strict';
import { MersenneTwister } from 'onpa/dist/dsp/mersenne-twister.js';
import { drawSpans, type SpanOptions } from 'onpa/dist/pretraining/span-mask.js';
import { fixture } from '../fixtures.js';

const { cases, tensor } = fixture<SpanOptions & { seeds: number }>('pretraining/masks');

describe('The masks of pre-training', () => {
  for (const [title, { seeds, ...options }] of Object.entries(cases)) {
    it(`are those that fairseq draws from the same seed of NumPy: ${title}`, () => {
      for (let seed = 0; seed < seeds; seed++) {
        const random = new MersenneTwister(seed);
        const drawn = [drawSpans(options, random), drawSpans(options, random)];
        assert.deepEqual(drawn.flat(2).map(Number), Array.from(tensor(`${title}/${seed}`, 'I16').data), `seed ${seed}`);
      }
    });
  }

  it('cover 57 % of ten seconds of speech, in spans of at least ten frames', () => {
    const random = new MersenneTwister(1);
    const options = { shape: [1, 499], maskProb: 0.8, maskLength: 10, minMasks: 2 } as const;
    const rows = Array.from({ length: 100 }, () => drawSpans(options, random)[0]);
    const share = rows.flat().filter(Boolean).length / (100 * 499);
    assert.ok(share > 0.55 && share < 0.6, `${share}`);
    const spans = rows.flatMap(
      (row) =>
        row
          .map((masked) => (masked ? 'x' : ' '))
          .join('')
          .match(/x+/g) ?? [],
    );
    assert.ok(spans.every(({ length }) => length >= 10));
  });
});
