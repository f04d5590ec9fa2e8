import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { load, type Waveform } from 'onpa';

/** The recordings of a folder, in the order of their names. */
export async function loadPieces(folder: string, sampleRate: number): Promise<Waveform[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.wav')).sort();
  const pieces: Waveform[] = [];
  for (const name of names) pieces.push(await load(join(folder, name), { sampleRate }));
  return pieces;
}
