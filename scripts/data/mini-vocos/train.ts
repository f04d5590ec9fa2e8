// Trains data/models/mini-vocos on the music that make_mini_vocos_music.py has composed.
//
//     node build/models/mini-vocos/train.js CACHE [--to FOLDER]
//
// See data/README.md. Started again, it goes on where it was ended: its checkpoints are in the cache.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { melFilterbank, tf, Vocos } from 'onpa';
import { gradientNorm } from 'onpa/dist/training/run/adamw.js';
import { loadPieces } from '../training/load-pieces.js';
import { resumeTraining, saveTraining } from '../training/training-checkpoint.js';
import { batchOf } from './batch.js';
import { lossOf, type Terms, termsOf } from './losses.js';
import { Optimizers } from './optimizers.js';
import { meanLogarithms, type Piece, spectraOf } from './pieces.js';
import { CONFIG, F_MAX, N_FFT, N_MELS, RECIPE, SAMPLE_RATE } from './recipe.js';
import { saveHalf } from './save-half.js';

const SEED = 0;
/** Steps from line to line, and from checkpoint to checkpoint. */
const REPORT = 50;
const CHECKPOINT = 500;
const MAX_NORM = 1;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { to: { type: 'string', default: 'data/models/mini-vocos' } },
  });
  const [cache] = positionals;
  if (!cache) throw new Error('Name the folder that make_mini_vocos_music.py has composed');
  const pieces = (await loadPieces(join(cache, 'train'), SAMPLE_RATE)).map(spectraOf);
  console.log(`${pieces.length} pieces to learn from`);
  const vocos = Vocos.fromConfig(CONFIG, { seed: SEED });
  beginAtTheMean(vocos, pieces);
  console.log(`${vocos.numParameters().toLocaleString('en')} parameters`);
  await train(vocos, pieces, join(cache, 'training.safetensors'));
  await saveHalf(vocos, values.to);
}

async function train(vocos: Vocos, pieces: readonly Piece[], checkpoint: string): Promise<void> {
  const { steps } = RECIPE;
  const optimizers = new Optimizers(vocos);
  const filters = melFilters();
  const first = await resumeTraining(checkpoint, optimizers);
  const started = performance.now();
  const sums = new Map<string, number>();
  for (let step = first; step < steps; step++) {
    const { terms, gradients } = gradientsOf(vocos, pieces, filters, step);
    const norm = gradientNorm(gradients);
    if (!Number.isFinite(norm)) throw new Error(`The gradients of step ${step} are not finite`);
    optimizers.step(gradients, step, Math.min(1, MAX_NORM / (norm + 1e-6)));
    tf.dispose(gradients);
    for (const [name, value] of terms) sums.set(name, (sums.get(name) ?? 0) + value / REPORT);
    const done = step + 1;
    if (done % REPORT === 0) {
      const rate = ((done - first) / (performance.now() - started)) * 1000; // steps a second
      const shown = Array.from(sums, ([name, value]) => `${name} ${value.toFixed(3)}`).join(', ');
      console.log(
        `step ${done}: ${shown}; ${rate.toFixed(2)} steps/s, ${((steps - done) / rate / 60).toFixed(0)} min left`,
      );
      sums.clear();
    }
    if (done % CHECKPOINT === 0 || done === steps) await saveTraining(checkpoint, done, optimizers);
  }
  optimizers.dispose();
  filters.dispose();
}

/** The terms of the loss of a step, and the gradients by all parameters. */
function gradientsOf(
  vocos: Vocos,
  pieces: readonly Piece[],
  filters: tf.Tensor2D,
  step: number,
): { terms: [string, number][]; gradients: tf.NamedTensorMap } {
  const terms: [string, number][] = [];
  const { mel, wanted } = batchOf(pieces, filters, step);
  const compute = () => {
    const found: Terms = termsOf(vocos.magnitudeAndPhase(mel), wanted, filters);
    for (const [name, term] of Object.entries(found)) terms.push([name, term.dataSync()[0]]);
    return lossOf(found);
  };
  const { value, grads } = tf.variableGrads(compute, [...vocos.parameters.values()]);
  tf.dispose([value, mel, wanted.magnitude, wanted.phase]);
  const named = Array.from(vocos.parameters, ([name, variable]) => [name, grads[variable.name]] as const);
  return { terms, gradients: Object.fromEntries(named) };
}

/** Lets the head begin with the mean of each frequency's logarithm, which would take many steps to learn. */
function beginAtTheMean(vocos: Vocos, pieces: readonly Piece[]): void {
  const bias = vocos.parameters.get('head.out.bias')!;
  const begin = new Float32Array(bias.size);
  begin.set(meanLogarithms(pieces));
  tf.tidy(() => bias.assign(tf.tensor1d(begin)));
}

/** (bands, frequencies) */
function melFilters(): tf.Tensor2D {
  const filters = melFilterbank({ sampleRate: SAMPLE_RATE, nFft: N_FFT, nMels: N_MELS, fMax: F_MAX });
  return tf.tensor2d(filters.data, [filters.rows, filters.columns]);
}

main();
