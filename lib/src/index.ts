export { Matrix } from 'ml-matrix';
export type { Waveform } from './audio/waveform.js';
export { FloatMatrix } from './dsp/matrix.js';
export { AudioDecodeError, OnpaError, ParameterError, SetupError } from './errors.js';
