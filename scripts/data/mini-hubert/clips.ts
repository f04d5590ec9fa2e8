import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'onpa';
import { SAMPLE_RATE } from './recipe.js';

/** The pieces in a folder, in the order of their names. */
export async function loadClips(folder: string): Promise<Float32Array[]> {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.wav'))
    .sort();
  const clips: Float32Array[] = [];
  for (const name of names) clips.push((await load(join(folder, name), { sampleRate: SAMPLE_RATE })).samples);
  return clips;
}
