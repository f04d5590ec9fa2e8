import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodeWav } from 'onpa';

/** An empty folder for each test of a suite. */
export function ownFolder(): { path: string } {
  const folder = { path: '' };
  beforeEach(async () => {
    folder.path = await mkdtemp(path.join(tmpdir(), 'onpa-dataset-'));
  });
  afterEach(() => rm(folder.path, { recursive: true }));
  return folder;
}

/** The same as `ONPA_CACHE`: what is unpacked or downloaded. */
export function ownUnpacked(): { path: string } {
  const folder = ownFolder();
  let before: string | undefined;
  beforeEach(() => {
    before = process.env.ONPA_CACHE;
    process.env.ONPA_CACHE = folder.path;
  });
  afterEach(() => {
    if (before === undefined) delete process.env.ONPA_CACHE;
    else process.env.ONPA_CACHE = before;
  });
  return folder;
}

/** A tone as a WAV file. */
export function tone(frequency: number, seconds: number = 0.1, sampleRate: number = 22050): Uint8Array {
  const samples = Float32Array.from({ length: Math.round(seconds * sampleRate) }, (_, i) =>
    Math.fround(0.5 * Math.sin((2 * Math.PI * frequency * i) / sampleRate)),
  );
  return encodeWav({ samples, sampleRate });
}

/** Writes files below a folder. */
export async function lay(folder: string, files: Record<string, Uint8Array | string>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), content);
  }
}

/** All that an iterator gives. */
export async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const value of values) list.push(value);
  return list;
}
