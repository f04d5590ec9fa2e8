import assert from 'node:assert/strict';
import { getWindow, hann, ParameterError, type Window } from 'onpa';
import { fixture, relativeError } from '../fixtures.js';

interface Case {
  window: Window;
  length: number;
  periodic: boolean;
}

describe('window', () => {
  const reference = fixture<Case>('window');

  for (const [name, { window, length, periodic }] of Object.entries(reference.cases)) {
    it(`${name}, is that of scipy.signal.get_window`, () => {
      const expected = reference.tensor(name, 'F64').data;
      assert.ok(relativeError(getWindow(window, length, { periodic }), expected, 1) < 1e-15);
    });
  }

  it('hann is periodic unless told otherwise', () => {
    assert.deepEqual(hann(400), getWindow('hann', 400, { periodic: true }));
  });

  it('hann, symmetric, is numpy.hanning', () => {
    const expected = reference.tensor('numpy.hanning(4096)', 'F64').data;
    assert.ok(relativeError(hann(4096, { periodic: false }), expected) < 1e-15);
  });

  it('takes a window’s samples as they are', () => {
    assert.deepEqual(getWindow([1, 2, 3], 3), Float64Array.of(1, 2, 3));
  });

  it('refuses an unknown name, a length that is not whole, and samples of another number', () => {
    assert.throws(() => getWindow('kaiser' as Window, 10), { name: 'ParameterError', message: /kaiser.*hann/ });
    for (const length of [0, -1, 1.5, Number.NaN]) assert.throws(() => hann(length), ParameterError);
    assert.throws(() => getWindow([1, 2, 3], 4), ParameterError);
  });
});
