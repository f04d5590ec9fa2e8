import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { keepForProcess } from 'onpa/dist/hub/login/token.js';
import { patience } from 'onpa/dist/hub/retry.js';

/** The variables that huggingface_hub and a login read. */
const VARIABLE = /^(HF_|HUGGING|KAGGLE_|TRANSFORMERS_OFFLINE$|XDG_CACHE_HOME$)/;

const usual = { ...patience };

/**
 * A cache of its own for each test of a suite, in `HF_HOME`; nothing of the user's is seen or touched. Before a request is
 * sent again, no time passes.
 */
export function ownCache(): { home: string; hub: string } {
  const cache = { home: '', hub: '' };
  let before: NodeJS.ProcessEnv = {};
  beforeEach(async () => {
    before = { ...process.env };
    forgetVariables();
    keepForProcess(undefined);
    cache.home = await mkdtemp(path.join(tmpdir(), 'onpa-hub-'));
    cache.hub = path.join(cache.home, 'hub');
    process.env.HF_HOME = cache.home;
    patience.wait = async () => {};
    // However busy the machine, a server of a test is not silent unless the test says so.
    patience.silence = 600_000;
  });
  afterEach(async () => {
    Object.assign(patience, usual);
    forgetVariables();
    keepForProcess(undefined);
    for (const [name, value] of Object.entries(before)) if (VARIABLE.test(name)) process.env[name] = value;
    await rm(cache.home, { recursive: true });
  });
  return cache;
}

function forgetVariables(): void {
  for (const name of Object.keys(process.env)) if (VARIABLE.test(name)) delete process.env[name];
}

/** All files below a folder, sorted; links with where they lead. */
export async function tree(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  const lines = files.map(async (entry) => {
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(folder, file);
    return entry.isSymbolicLink() ? `${name} -> ${await readlink(file)}` : name;
  });
  return (await Promise.all(lines)).sort();
}
