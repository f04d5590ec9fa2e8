// Pre-trains data/models/mini-hubert on the music that make_mini_hubert_music.py has composed.
//
//     node build/models/mini-hubert/main.js CACHE [--to FOLDER]
//
// See data/README.md. Started again, it goes on where it was ended: its checkpoints are in the cache.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Wav2Vec2FeatureExtractor } from 'onpa';
import { loadPieces } from '../training/load-pieces.js';
import { batchOf, choose } from './batch.js';
import { percent, preTrain } from './pre-train.js';
import { PreTraining } from './pre-training.js';
import { RECIPE, SAMPLE_RATE } from './recipe.js';
import { findTargets } from './targets.js';

const SEED = 0;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { to: { type: 'string', default: 'data/models/mini-hubert' } },
  });
  const [cache] = positionals;
  if (!cache) throw new Error('Name the folder that make_mini_hubert_music.py has composed');
  const samplesIn = async (part: string) =>
    (await loadPieces(join(cache, part), SAMPLE_RATE)).map(({ samples }) => samples);
  const [clips, heldOut] = [await samplesIn('train'), await samplesIn('held-out')];
  console.log(`${clips.length} pieces to learn from, ${heldOut.length} to test with`);
  const [targets, heldOutTargets] = findTargets(clips, heldOut);
  const all = heldOut.map((_, i) => i);
  const test = batchOf(heldOut, heldOutTargets, all, SEED);
  const chance = heldOutTargets.clusters.map((clusters) => percent(commonest(clusters)));
  console.log(`held out, the commonest cluster: ${chance.join(', ')}`);
  const model = new PreTraining(SEED);
  console.log(`${model.hubert.numParameters().toLocaleString('en')} parameters`);
  const batches = (step: number) => {
    const chosen = choose(RECIPE.parts * RECIPE.pieces, clips.length, step);
    const parts = Array.from({ length: RECIPE.parts }, (_, i) =>
      chosen.slice(i * RECIPE.pieces, (i + 1) * RECIPE.pieces),
    );
    return parts.map((pieces, i) => batchOf(clips, targets, pieces, RECIPE.parts * step + i));
  };
  await preTrain(model, RECIPE, {
    batches,
    test,
    checkpoint: join(cache, 'training.safetensors'),
    report: console.log,
  });
  await model.hubert.savePretrained(values.to);
  await new Wav2Vec2FeatureExtractor({ doNormalize: true, returnAttentionMask: true }).savePretrained(values.to);
}

/** The share of frames in the commonest cluster. */
function commonest(clusters: Int32Array): number {
  const counts = new Array<number>(256).fill(0);
  for (const cluster of clusters) counts[cluster]++;
  return Math.max(...counts) / clusters.length;
}

main();
