import type { FloatMatrix } from '../../dsp/float-matrix.js';
import { melSpectrogram } from '../../dsp/mel.js';
import type { Waveform } from '../../dsp/waveform.js';
import { ParameterError } from '../../errors.js';

/** Transformers' defaults of `SpeechT5FeatureExtractor`. */
const [HOP_MS, WINDOW_MS] = [16, 64];
const [F_MIN, F_MAX] = [80, 7600];
const LEAST = 1e-10;

/** The base-10 logarithm of the mel spectrogram of amplitudes, as SpeechT5 has it: bands × frames. */
export function speechMel(waveform: Waveform, bands: number): FloatMatrix {
  const samplesIn = (milliseconds: number) => Math.floor((milliseconds * waveform.sampleRate) / 1000);
  const nFft = samplesIn(WINDOW_MS);
  if ((nFft & (nFft - 1)) !== 0) {
    throw new ParameterError(
      `the vocoder's sampling rate is ${waveform.sampleRate} Hz; SpeechT5's mel spectrogram is one of 16,000 Hz`,
    );
  }
  const mel = melSpectrogram(waveform, {
    nFft,
    hopLength: samplesIn(HOP_MS),
    nMels: bands,
    fMin: F_MIN,
    fMax: F_MAX,
    power: 1,
    padMode: 'reflect',
  });
  for (let i = 0; i < mel.data.length; i++) mel.data[i] = Math.log10(Math.max(mel.data[i], LEAST));
  return mel;
}
