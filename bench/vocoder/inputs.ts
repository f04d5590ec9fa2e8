import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Vocos } from 'onpa';
import { root } from '../setup.js';
import { cases, type VocoderCase, type VocoderTask } from './cases.js';

/** Writes a model of the public checkpoints' size with random weights, and a spectrogram for each case, for all peers. */
export async function writeTasks(): Promise<Map<VocoderCase, VocoderTask>> {
  const model = join(root, 'build', 'bench-models', 'vocos');
  const vocos = Vocos.fromConfig({}, { seed: 0 });
  await vocos.savePretrained(model);
  const { sampleRate, hopLength, nMels } = vocos.config.featureExtractor;
  vocos.dispose();
  const folder = join(root, 'build', 'bench-data');
  mkdirSync(folder, { recursive: true });
  return new Map(
    cases.map((vocoderCase) => {
      const input = join(folder, `mel-${vocoderCase.name}.f32`);
      const frames = 1 + Math.floor((vocoderCase.seconds * sampleRate) / hopLength);
      writeFileSync(input, noise(nMels * frames));
      return [vocoderCase, { model, input, bands: nMels }];
    }),
  );
}

/** A linear congruential generator's, with the constants of Numerical Recipes, in the range of logarithms. */
function noise(length: number): Float32Array {
  let state = 1;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32) * 6 - 5;
  });
}
