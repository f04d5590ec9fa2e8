import path from 'node:path';
import type { EmbedOptions } from 'onpa/dist/plot/picture/fit.js';

/** What a cell shows, as the kernel sends it. */
export interface Output {
  data: Record<string, unknown>;
  metadata: Record<string, { alt?: string; embed_options: EmbedOptions }>;
  transient: object;
}

/** Runs `cell` with a stand-in for the kernel's module and returns what it sent. */
export async function inKernel(cell: () => Promise<void> | void): Promise<Output[]> {
  const outputs: Output[] = [];
  const name = path.join('/kernel', 'tslab', 'dist', 'jupyter.js');
  const exports = { lastWriteDisplayData: (output: Output) => outputs.push(output) };
  require.cache[name] = { id: name, filename: name, loaded: true, exports } as unknown as NodeJS.Module;
  try {
    await cell();
  } finally {
    delete require.cache[name];
  }
  return outputs;
}
