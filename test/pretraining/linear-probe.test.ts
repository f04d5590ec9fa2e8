import assert from 'node:assert/strict';
import { linearProbe, Matrix, ParameterError } from 'onpa';
import { fixture } from '../fixtures.js';

const { tensor } = fixture('pretraining/labels');
const { data, shape } = tensor('speech/features', 'F32');
const points = Matrix.from1DArray(shape[0], shape[1], Array.from(data));
const thirds = Array.from({ length: points.rows }, (_, i) => Math.floor((i * 3) / points.rows));
const others = Array.from({ length: Math.ceil(points.rows / 2) }, (_, i) => 2 * i);

describe('linearProbe', () => {
  it("tells the classes that scikit-learn's RidgeClassifier tells, with other points than it has learnt from", () => {
    const learnt = points.selection(
      others,
      Array.from({ length: points.columns }, (_, j) => j),
    );
    const probe = linearProbe(
      learnt,
      others.map((i) => thirds[i]),
      { alpha: 2 },
    );
    const expected = Int32Array.from(tensor('probed', 'I32').data);
    assert.deepEqual(probe(points), expected);
    assert.ok(expected.filter((third, i) => third === thirds[i]).length > 0.6 * thirds.length);
  });

  it('refuses labels that do not fit, other dimensions, and options out of range', () => {
    const refuses = (work: () => unknown, part: string) =>
      assert.throws(work, (error) => error instanceof ParameterError && error.message.includes(part));
    refuses(() => linearProbe(points, [0, 1]), 'labels has 2 entries');
    refuses(() => linearProbe(points, thirds, { numClasses: 2 }), 'from 0 to 1');
    refuses(() => linearProbe(points, thirds, { alpha: 0 }), 'alpha');
    refuses(() => linearProbe(points, thirds)(Matrix.zeros(2, 3)), '3 dimensions; the probe has learnt 39');
  });
});
