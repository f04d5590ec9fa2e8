import { fork } from 'node:child_process';
import path from 'node:path';
import type { Outcome, Progress } from './mutations.js';

/** What came of many damaged files. */
export interface Damage {
  outcomes: Outcome[];
  /** Files that ended the process, or at which it hung. */
  fatal: string[];
  /** What the decoders have printed. */
  printed: string;
}

/**
 * Loads the damaged files of the seeds from `from` to `to` in a child process, and goes on in another where one ends.
 *
 * @param patience - how long one file may take, in ms
 */
export async function loadDamaged(from: number, to: number, patience: number): Promise<Damage> {
  const damage: Damage = { outcomes: [], fatal: [], printed: '' };
  for (let done = 0; done < to - from; ) done = await run(from + done, to, patience, damage);
  return damage;
}

/** @returns how many files are done */
function run(from: number, to: number, patience: number, damage: Damage): Promise<number> {
  return new Promise((resolve) => {
    // Without a PATH there is no ffmpeg.
    const child = fork(path.join(__dirname, 'mutations.js'), {
      env: { ...process.env, PATH: '' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    let name = '';
    let isBusy = false;
    let timer: NodeJS.Timeout | undefined;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (text) => {
        damage.printed += text;
      });
    }
    child.on('message', (message: Progress | Outcome) => {
      clearTimeout(timer);
      isBusy = !('memory' in message);
      ({ name } = message);
      if ('memory' in message) damage.outcomes.push(message);
      else timer = setTimeout(() => child.kill('SIGKILL'), patience);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (isBusy) damage.fatal.push(`${name}: ${signal ?? code}`);
      resolve(damage.outcomes.length + damage.fatal.length);
    });
    child.send({ from, to });
  });
}

// node build/test/test/audio/damaged-files.js 100000
if (require.main === module) {
  const count = Number(process.argv[2] ?? 100_000);
  void loadDamaged(0, count, 5000).then(({ outcomes, fatal, printed }) => {
    const wrong = outcomes.filter((outcome) => outcome.wrong);
    const peak = outcomes.reduce((most, outcome) => Math.max(most, outcome.peak), 0) / 1e6;
    const read = outcomes.filter(({ samples }) => samples).length;
    console.log(`${outcomes.length} files, ${read} read; ${fatal.length} fatal, ${wrong.length} with another error`);
    console.log(`${peak.toFixed(0)} MB at most; ${printed.length} characters printed`);
    for (const line of [...fatal, ...wrong.map((outcome) => `${outcome.name}: ${outcome.wrong}`)].slice(0, 50))
      console.log(line);
    if (printed) console.log(printed.slice(0, 1000));
  });
}
