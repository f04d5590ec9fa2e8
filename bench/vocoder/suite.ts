import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { type Measured, measureInTurn } from '../in-turn.js';
import { describeMachine, versionsOf } from '../machine.js';
import type { BenchOptions } from '../options.js';
import type { PeerCommand } from '../peer.js';
import { benchPython, peerEnvironment } from '../python.js';
import { loadSetup, root } from '../setup.js';
import { markdownTable } from '../table.js';
import { TARGET } from './cases.js';
import { writeTasks } from './inputs.js';

/** How far apart two programs' samples may be; they lie below 1. */
const TOLERANCE = 1e-5;

const HEAD = [
  'sound',
  'program',
  'ms',
  'fastest',
  'processor',
  'time / onpa',
  'processor',
  'at least',
  'real time',
  'MB',
  'idle MB',
  '',
];

/** Vocos of onpa beside the package vocos in PyTorch: mel spectrograms to sound, as a table. */
export async function benchVocoder({
  recorder,
  quick,
  only,
  threads: count = availableParallelism(),
}: BenchOptions): Promise<void> {
  const files = ['../model/torch.txt', 'vocos.txt', 'requirements.txt'];
  const python = await benchPython({ suite: 'vocoder', title: 'PyTorch and vocos', files });
  const { env } = (await loadSetup()).kernelSpec();
  const threads = String(count);
  const commands: PeerCommand[] = [
    {
      command: process.execPath,
      args: ['--expose-gc', join(__dirname, 'onpa.js')],
      env: { ...process.env, ...env, TF_NUM_INTRAOP_THREADS: threads, TF_NUM_INTEROP_THREADS: threads },
    },
    {
      command: python,
      args: [join(root, 'bench', 'vocoder', 'python_peer.py'), threads],
      env: peerEnvironment(),
    },
  ];
  const tasks = await writeTasks();
  const names = Array.from(tasks.keys(), ({ name }) => name);
  const unknown = only.find((name) => !names.includes(name));
  if (unknown) throw new Error(`--only: '${unknown}' is none of ${names.join(', ')}`);
  const rows: string[][] = [];
  let largest = 0;
  for (const [{ name, seconds }, task] of tasks) {
    if (only.length > 0 && !only.includes(name)) continue;
    process.stderr.write(`decode ${name}\n`);
    const measured = await measureInTurn(commands, [JSON.stringify(task)], quick);
    largest = Math.max(largest, requireSame(measured));
    const programs = [['onpa', measured[0]] as const, ['PyTorch, vocos', measured[1]] as const];
    const since = recorder.add('vocoder', 'Vocos', `${seconds} s`, programs);
    rows.push(...rowsOf(measured, seconds, since));
  }
  const versions = versionsOf(python, ['torch', 'vocos']);
  const table = `
${markdownTable(HEAD, rows, 2)}

Vocos with the sizes of charactr/vocos-mel-24khz and random weights: a mel spectrogram to samples, medians of calls in turn, in
processes that stay alive, after two calls; threads of each: ${threads}. "At least" is the ratio to reach, real time how many
seconds of sound a second gives. Processor is the least processor time of a call, in ms and over onpa's: what the time comes to on
one thread where no other program is at work; of several threads it has their waiting, too. MB are the peak of a whole process
that loads the model and makes one call; idle is its peak once imported. The programs' samples differ by
${largest.toExponential(0)} at most. Load average: ${loadavg()
    .map((load) => load.toFixed(1))
    .join(', ')}.
${describeMachine(versions)}`;
  recorder.end('vocoder', versions, table);
}

function rowsOf([onpa, pytorch]: Measured[], seconds: number, since: string): string[][] {
  return [['onpa', onpa, '', since] as const, ['PyTorch, vocos', pytorch, TARGET.toFixed(2), ''] as const].map(
    ([title, { time, best, processor, peak, idle }, target, mark]) => [
      `${seconds} s`,
      title,
      time.toFixed(0),
      best.toFixed(0),
      processor.toFixed(0),
      (time / onpa.time).toFixed(2),
      (processor / onpa.processor).toFixed(2),
      target,
      ((1000 * seconds) / time).toFixed(1),
      peak.toFixed(0),
      idle.toFixed(0),
      mark,
    ],
  );
}

/** @throws Error where the programs do not compute the same */
function requireSame(measured: Measured[]): number {
  const [ours, theirs] = measured.map(({ result }) => result!);
  const difference = ours.reduce((most, sample, i) => Math.max(most, Math.abs(sample - theirs[i])), 0);
  if (ours.length === theirs.length && difference <= TOLERANCE) return difference;
  throw new Error(`The samples of onpa (${ours.length}) and PyTorch (${theirs.length}) differ by ${difference}`);
}
