import { fftAreas, RealFft, reserve } from './engine.js';
import { copyPadded, type Framing, frameGroups, frameSpan, type PadMode } from './frames.js';
import { LANES, POINT } from './lanes.js';
import { ComplexSpectrogram, spectrumGroup } from './spectrogram.js';

/** Frames whose signal is copied at a time: few enough for the cache. */
const SIGNAL_FRAMES = 32;

/**
 * The spectra of `count` frames, the first of which begins at sample `start`; what lies outside of the samples is made up.
 *
 * @param samples - finite everywhere
 */
export function spectra(
  samples: Float32Array,
  start: number,
  count: number,
  framing: Framing,
  padMode: PadMode,
): ComplexSpectrogram {
  const { nFft, hopLength, window } = framing;
  const result = ComplexSpectrogram.allocate(nFft, count);
  if (count === 0) return result;
  const { kernels, areas } = reserve({
    ...fftAreas(nFft),
    window: nFft,
    signal: frameSpan(Math.min(SIGNAL_FRAMES, LANES * Math.ceil(count / LANES)), framing),
    spectrum: result.rows * POINT,
  });
  areas.window.set(window);
  const fft = new RealFft(nFft, kernels, areas);
  const fill = (at: number) => copyPadded(samples, start + at, areas.signal, padMode);
  for (const { frame, signal } of frameGroups(count, framing, areas.signal, fill)) {
    fft.forward(signal, hopLength, areas.window, areas.spectrum);
    spectrumGroup(result, frame).set(areas.spectrum);
  }
  return result;
}
