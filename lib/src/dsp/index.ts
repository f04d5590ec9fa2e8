export { Matrix } from 'ml-matrix';
export { OnpaError, ParameterError } from '../errors.js';
export type { OrNull } from '../options.js';
export { type Beats, type BeatTrackOptions, beatTrack } from './beat-track.js';
export { type ChromaFilterbankOptions, chromaFilterbank } from './chroma-filterbank.js';
export { type ChromaStftOptions, chromaStft } from './chroma-stft.js';
export { amplitudeToDb, type DecibelOptions, powerToDb } from './decibel.js';
export { deemphasis, type EmphasisOptions, preemphasis } from './emphasis.js';
export { type Complex, dftMatrix, fftFrequencies, rfft } from './fft.js';
export { FloatMatrix } from './float-matrix.js';
export type { FrameOptions, PadMode } from './frames.js';
export { type GriffinLimOptions, griffinLim } from './griffin-lim.js';
export { type Clusters, type KmeansOptions, kmeans } from './kmeans.js';
export {
  hzToMel,
  type MelFilterbankOptions,
  type MelSpectrogramOptions,
  melFilterbank,
  melFrequencies,
  melSpectrogram,
  melToHz,
} from './mel.js';
export { type MelToAudioOptions, melToAudio } from './mel-to-audio.js';
export { type MelToStftOptions, melToStft } from './mel-to-stft.js';
export { type DeltaOptions, delta, type MfccOptions, mfcc } from './mfcc.js';
export { type MiniBatchKmeansOptions, miniBatchKmeans, nearestCenters } from './minibatch-kmeans.js';
export { nnls } from './nnls/nnls.js';
export type { OnsetEnvelope } from './onset-source.js';
export { type OnsetStrengthOptions, onsetStrength } from './onset-strength.js';
export { peak } from './peak.js';
export { type PiptrackOptions, type Pitches, piptrack } from './piptrack.js';
export { type QuantizeOptions, quantize } from './quantize.js';
export { type ResampleOptions, resample } from './resample.js';
export { type RmsOptions, rms } from './rms.js';
export { type SpectralCentroidOptions, spectralCentroid } from './spectral-centroid.js';
export { ComplexSpectrogram } from './spectrogram.js';
export { type IstftOptions, istft, type StftOptions, stft } from './stft.js';
export { StftStream } from './stft-stream.js';
export { type TempoOptions, tempo } from './tempo.js';
export { type Trimmed, type TrimOptions, trim } from './trim.js';
export {
  type EstimateTuningOptions,
  estimateTuning,
  type PitchTuningOptions,
  pitchTuning,
} from './tuning.js';
export type { MultiChannelWaveform, Waveform } from './waveform.js';
export { getWindow, hann, type Window } from './window.js';
export { type ZeroCrossingRateOptions, zeroCrossingRate } from './zero-crossing-rate.js';
