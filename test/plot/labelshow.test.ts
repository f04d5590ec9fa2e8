import assert from 'node:assert/strict';
import { type LabelshowOptions, labelshow, type Spec, waveshow } from 'onpa';
import { axis, tickLabels, warnings } from './drawing.js';

const wave = { samples: Float32Array.from({ length: 8000 }, (_, i) => Math.sin(i)), sampleRate: 8000 };
const labels = Int32Array.from({ length: 10 }, (_, t) => Math.floor(t / 4));

/** The spans of the strip, column by column. */
function strip(spec: Spec): { time: number[]; end: number[]; label: number[]; full: number[] } {
  return ((spec.vconcat as Spec[])[1].data as { values: never[] }).values[0];
}

describe('labelshow', () => {
  it('joins frames of one label to a span', () => {
    const { time, end, label } = strip(labelshow(wave, labels, { hopLength: 800, center: false }));
    assert.deepEqual(time, [0, 0.4, 0.8]);
    assert.deepEqual(end, [0.4, 0.8, 1]);
    assert.deepEqual(label, [0, 1, 2]);
  });

  it('puts centred frames around multiples of the hop, within the sound', () => {
    const { time, end } = strip(labelshow(wave, [0, 1, 2], { hopLength: 4000 }));
    assert.deepEqual(time, [0, 0.25, 0.75]);
    assert.deepEqual(end, [0.25, 0.75, 1]);
  });

  it('shades masked spans, and leaves only their labels in full colour', () => {
    const mask = Array.from(labels, (_, t) => t >= 2 && t < 5);
    const spec = labelshow(wave, labels, { hopLength: 800, center: false, mask });
    assert.deepEqual(warnings(spec), []);
    const { time, full } = strip(spec);
    assert.deepEqual(time, [0, 0.2, 0.4, 0.5, 0.8]);
    assert.deepEqual(full, [0, 1, 1, 0, 0]);
    const [upper] = spec.vconcat as { layer: { data: { values: unknown[] } }[] }[];
    assert.deepEqual(upper.layer[0].data.values, [{ time: 0.2, end: 0.5 }]);
  });

  it('has one time axis for both, that of the waveform, and both zoom together', async () => {
    const spec = labelshow(wave, labels, { hopLength: 800 });
    assert.deepEqual(warnings(spec), []);
    const parts = spec.vconcat as Spec[];
    const [upper, lower] = [(parts[0].layer as Spec[])[0], parts[1]].map((part) => axis(part, 'x').domain);
    assert.deepEqual(upper, axis(waveshow(wave), 'x').domain);
    assert.deepEqual(lower, upper);
    assert.equal(parts[0].width, parts[1].width);
    const [upperWave] = parts[0].layer as Spec[];
    const params = [upperWave, parts[1]].map(({ layer }) => (layer as Spec[])[0].params);
    assert.deepEqual(params[0], params[1]);
    const drawn = await tickLabels(spec);
    assert.deepEqual(
      drawn.filter((texts) => texts.includes('0.3')),
      await tickLabels(waveshow(wave)).then(([time]) => [time]),
    );
  });

  it('names what is wrong with its arguments', () => {
    const wrong: [ArrayLike<number>, LabelshowOptions, RegExp][] = [
      [[], {}, /labels is empty/],
      [[0, 0.5], {}, /labels\[1\] is 0.5/],
      [[-1], {}, /labels\[0\] is -1/],
      [[0, 1], { mask: [true] }, /mask has 1 values and labels has 2/],
      [[0], { hopLength: 0 }, /hopLength is 0/],
      [[0], { width: 2 }, /width is 2/],
    ];
    for (const [values, options, message] of wrong) {
      assert.throws(() => labelshow(wave, values, options), { name: 'ParameterError', message });
    }
  });
});
