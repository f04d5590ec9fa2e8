import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { peerEnvironment, readIfThere } from '../python.js';
import { loadSetup, root } from '../setup.js';

/** The folder of the model that all peers load, made once by make_model.py. */
export async function modelFolder(python: string): Promise<string> {
  const folder = join(root, 'build', 'bench-models', 'distilhubert');
  const script = join(root, 'bench', 'model', 'make_model.py');
  const wanted = readFileSync(script, 'utf8');
  if (readIfThere(join(folder, 'make_model.py')) === wanted) return folder;
  const { run, step } = await loadSetup();
  await step('Writing DistilHuBERT with random weights, and its ONNX graph, to build/bench-models', async () => {
    const fresh = `${folder}.new`;
    rmSync(fresh, { recursive: true, force: true });
    await run(python, [script, fresh], { env: peerEnvironment() });
    writeFileSync(join(fresh, 'make_model.py'), wanted);
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
  });
  return folder;
}
