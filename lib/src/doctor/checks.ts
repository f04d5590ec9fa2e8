import { load } from '../audio/load.js';
import { melSpectrogram } from '../dsp/mel.js';
import { mfcc } from '../dsp/mfcc.js';
import { resample } from '../dsp/resample.js';
import { stft } from '../dsp/stft.js';
import type { Reference } from './reference.js';
import { seededAudio } from './seeded-weights.js';
import { type TinyModel, tinyModel } from './tiny-model.js';

/** Something that is computed, and compared with what Python computes. */
export interface Check {
  /** In the reference, too. */
  name: string;
  /** The largest difference, relative to the largest number. */
  tolerance: number;
  /** What is compared; called once. */
  result(): ArrayLike<number> | Promise<ArrayLike<number>>;
  /** What is measured; default `result`. */
  again?(): unknown;
}

/** Half a second of three tones that swell and fade, at 22,050 Hz. */
const tones = (): Float32Array =>
  Float32Array.from({ length: 11025 }, (_, i) => {
    const t = i / 22050;
    const sound = [220, 1500, 5000].reduce((sum, f) => sum + Math.sin(2 * Math.PI * f * t), 0) / 3;
    return sound * Math.sin(2 * Math.PI * t) ** 2;
  });

/** What needs nothing but the package. */
export function dspChecks(): Check[] {
  const waveform = { samples: seededAudio(0, 22050), sampleRate: 22050 };
  const low = tones();
  return [
    {
      name: 'stft',
      tolerance: 2e-6,
      result() {
        const { re, im } = stft(waveform.samples);
        return [...re.data, ...im.data];
      },
      again: () => stft(waveform.samples),
    },
    { name: 'melSpectrogram', tolerance: 1e-5, result: () => melSpectrogram(waveform).data },
    { name: 'mfcc', tolerance: 1e-5, result: () => mfcc(waveform).data },
    { name: 'resample', tolerance: 3.2e-5, result: () => resample(low, { from: 22050, to: 16000 }) },
  ];
}

/** What needs libsndfile. */
export function decoderCheck({ flac }: Reference): Check {
  const file = Buffer.from(flac, 'base64');
  return { name: 'load', tolerance: 1e-7, result: async () => (await load(file, { sampleRate: null })).samples };
}

/** What needs TensorFlow, and runs where it computes. */
export function modelChecks(reference: Reference): Check[] {
  let model: TinyModel;
  return [
    {
      name: 'forward pass',
      tolerance: 1e-5,
      result() {
        model = tinyModel(reference);
        return model.logits();
      },
      again: () => model.logits(),
    },
    {
      name: 'training step',
      tolerance: 1e-4,
      result: () => [...model.step(), ...model.logits()],
      again: () => model.step(),
    },
  ];
}
