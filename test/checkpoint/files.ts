import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openCheckpoint, type TensorInfo } from 'onpa';
import { inRepository } from '../fixtures.js';

/** The path of a file in test/fixtures/checkpoint. */
export const checkpoint = (name: string): string => inRepository('test', 'fixtures', 'checkpoint', name);

/** A folder that is gone after the tests of the suite that asks for it. */
export function scratch(): (name: string) => string {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'onpa-'));
  });
  after(() => rm(folder, { recursive: true }));
  return (name) => path.join(folder, name);
}

/** The bytes of a safetensors file with this header, and so many bytes after it. */
export function safetensorsBytes(header: unknown, length: number): Buffer {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = Buffer.alloc(8 + json.length + length);
  bytes.writeBigUInt64LE(BigInt(json.length));
  bytes.set(json, 8);
  return bytes;
}

export async function writeSafetensors(path: string, header: unknown, length: number): Promise<string> {
  await writeFile(path, safetensorsBytes(header, length));
  return path;
}

/** All that a checkpoint holds. */
export async function readAll(path: string): Promise<Record<string, TensorInfo & { numbers: Float32Array }>> {
  const file = await openCheckpoint(path);
  try {
    const { tensors } = file;
    return Object.fromEntries(Array.from(tensors, ([name, info]) => [name, { ...info, numbers: file.float32(name) }]));
  } finally {
    file.close();
  }
}
