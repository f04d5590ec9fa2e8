export { Matrix } from 'ml-matrix';
export type { Waveform } from './audio/waveform.js';
export { amplitudeToDb, type DecibelOptions, powerToDb } from './dsp/decibel.js';
export { type Complex, dftMatrix, fftFrequencies, rfft } from './dsp/fft.js';
export type { FrameOptions, PadMode } from './dsp/frames.js';
export { type GriffinLimOptions, griffinLim } from './dsp/griffin-lim.js';
export { FloatMatrix } from './dsp/matrix.js';
export {
  hzToMel,
  type MelFilterbankOptions,
  type MelSpectrogramOptions,
  melFilterbank,
  melFrequencies,
  melSpectrogram,
  melToHz,
} from './dsp/mel.js';
export { ComplexSpectrogram } from './dsp/spectrogram.js';
export { type IstftOptions, istft, type StftOptions, stft } from './dsp/stft.js';
export { getWindow, hann, type Window } from './dsp/window.js';
export { AudioDecodeError, OnpaError, ParameterError, SetupError } from './errors.js';
export { tensorflowVersion, tf } from './tensorflow.js';
