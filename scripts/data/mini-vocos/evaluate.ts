// Compares mini-vocos with Griffin-Lim on pieces that it has not heard: the mean over them of two errors.
//
//     node build/models/mini-vocos/evaluate.js CACHE [MODEL FOLDER]
import { join } from 'node:path';
import { FloatMatrix, griffinLim, melToStft, stft, Vocos, type Waveform } from 'onpa';
import { loadPieces } from '../training/load-pieces.js';
import { F_MAX, HOP, N_FFT, SAMPLE_RATE } from './recipe.js';

const FRAMES = { nFft: N_FFT, hopLength: HOP, padMode: 'reflect' } as const;
/** The least amplitude of a band that counts. */
const QUIET = Math.log(1e-5);

/** Of the logarithms of mel bands the mean difference, and the spectral convergence. */
type Errors = [mel: number, convergence: number];

async function main([cache, folder = 'data/models/mini-vocos']: string[]): Promise<void> {
  if (!cache) throw new Error('Name the folder that make_mini_vocos_music.py has composed');
  const vocos = await Vocos.fromPretrained(folder);
  const rows = new Map<string, Errors[]>();
  for (const piece of await loadPieces(join(cache, 'held-out'), SAMPLE_RATE)) {
    for (const [name, samples] of reconstructions(vocos, piece)) {
      rows.set(name, [...(rows.get(name) ?? []), errorsOf(vocos, samples, piece)]);
    }
  }
  for (const [name, errors] of rows) {
    const [mel, convergence] = [0, 1].map((i) => errors.reduce((sum, each) => sum + each[i], 0) / errors.length);
    console.log(`${name}: log-mel ${mel.toFixed(3)}, spectral convergence ${convergence.toFixed(3)}`);
  }
}

/** The piece, made again from its mel spectrogram in several ways. */
function* reconstructions(vocos: Vocos, { samples }: Waveform): Generator<[name: string, Float32Array]> {
  const mel = vocos.melSpectrogram({ samples, sampleRate: SAMPLE_RATE });
  const phases = { ...FRAMES, length: samples.length, seed: 0 };
  const amplitudes = new FloatMatrix(mel.rows, mel.columns, mel.data.map(Math.exp));
  const inverse = melToStft(amplitudes, { sampleRate: SAMPLE_RATE, nFft: N_FFT, fMax: F_MAX, power: 1 });
  yield ['Griffin-Lim, 32 iterations', griffinLim(inverse, phases)];
  yield ['Griffin-Lim, 128 iterations', griffinLim(inverse, { ...phases, nIter: 128 })];
  yield ['mini-vocos', vocos.decode(mel).samples];
  const magnitude = vocos.spectrogram(mel).magnitude();
  yield ['mini-vocos, then Griffin-Lim, 32 iterations', griffinLim(magnitude, phases)];
  yield ['true magnitudes, Griffin-Lim, 32 iterations', griffinLim(stft(samples, FRAMES).magnitude(), phases)];
}

function errorsOf(vocos: Vocos, samples: Float32Array, { samples: wanted }: Waveform): Errors {
  const whole = new Float32Array(wanted.length);
  whole.set(samples.subarray(0, wanted.length));
  const [found, right] = [whole, wanted].map((each) => stft(each, FRAMES).magnitude());
  const mels = [whole, wanted].map((each) => vocos.melSpectrogram({ samples: each, sampleRate: SAMPLE_RATE }).data);
  const [a, b] = mels.map((mel) => mel.map((x) => Math.max(x, QUIET)));
  const mel = a.reduce((sum, x, i) => sum + Math.abs(x - b[i]), 0) / a.length;
  return [mel, FloatMatrix.sub(found, right).norm() / right.norm()];
}

main(process.argv.slice(2));
