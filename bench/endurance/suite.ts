import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { renderPng } from 'onpa';
import { readJsonLines } from '../json-lines.js';
import { describeMachine, versionsOf } from '../machine.js';
import { modelFolder } from '../model/model-folder.js';
import type { BenchOptions } from '../options.js';
import type { PeerCommand } from '../peer.js';
import { benchPython, peerEnvironment } from '../python.js';
import { loadSetup, root } from '../setup.js';
import { markdownTable } from '../table.js';
import { HEAD, picture, rowsOf } from './report.js';
import { type EnduranceTask, PARTS, type Part, type Sample } from './task.js';

const BATCH = 8;
/** Steps of PyTorch: what it needs does not change after the first. */
const PEER_STEPS = 3;

/**
 * Goes through clips of 30 s, as many batches of 8 as asked, and writes down how long each took and what memory there
 * was, as JSON lines, a picture and a table.
 */
export async function benchEndurance({ recorder, quick, only, steps, small, resume }: BenchOptions): Promise<void> {
  const parts = [...Object.keys(PARTS), 'pytorch'] as (Part | 'pytorch')[];
  const unknown = only.find((name) => !parts.includes(name as Part));
  if (unknown) throw new Error(`--only: '${unknown}' is none of ${parts.join(', ')}`);
  const batches = steps ?? (quick ? 4 : 100);
  const files = ['torch.txt', 'requirements.txt'];
  const python = await benchPython({ suite: 'model', title: 'PyTorch and ONNX Runtime', files });
  const folder = join(root, 'build', 'endurance');
  const data = join(folder, 'data');
  // A fifth of the clips is kept back, as in the tutorial.
  await compose(python, data, Math.min(999, Math.ceil((batches * BATCH) / 0.8)));
  const model = small ? join(root, 'data', 'models', 'mini-hubert') : await modelFolder(python);
  const { env } = (await loadSetup()).kernelSpec();
  const rows: string[][] = [];
  for (const part of parts.filter((name) => only.length === 0 || only.includes(name))) {
    process.stderr.write(`endurance ${part}\n`);
    const log = join(folder, `${part}${small ? '-small' : ''}.jsonl`);
    const task = {
      part: part === 'pytorch' ? 'train' : part,
      ...{ model, data, batch: BATCH, saveSteps: Math.max(1, Math.floor(batches / 10)) },
      ...{ outputDir: join(folder, `run-${part}${small ? '-small' : ''}`), steps: batches, resume: false },
    } satisfies EnduranceTask;
    if (part === 'pytorch') await follow(torch(python), { ...task, steps: Math.min(PEER_STEPS, batches) }, log);
    else await endure(onpa(env), task, log, resume);
    const samples = readSamples(log);
    rows.push(...rowsOf(part, samples));
    writeFileSync(log.replace(/jsonl$/, 'png'), await renderPng(picture(samples), { scale: 2 }));
  }
  const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const versions = versionsOf(python, ['torch', 'transformers']);
  const table = `
${markdownTable(HEAD, rows, 2)}

Batches of ${BATCH} clips of 30 s from WAV files, ${small ? 'mini-hubert' : "DistilHuBERT's configuration"}, on ${availableParallelism()} threads. MB of 10⁶ bytes: what the process has after the
20th batch of its life and after its last, how much that grows in 100 batches by a line through all from the 20th on, and the peak.
A picture of each lies in build/endurance. onpa's process has the notebook kernel's settings: ${settings.join(' ')}.
${describeMachine(versions)}`;
  recorder.end('endurance', versions, table);
}

function onpa(kernelEnv: Record<string, string>): PeerCommand {
  return {
    command: process.execPath,
    args: [join(__dirname, 'onpa.js')],
    env: { ...process.env, ...kernelEnv },
  };
}

function torch(python: string): PeerCommand {
  return {
    command: python,
    args: [join(root, 'bench', 'endurance', 'python_peer.py'), String(availableParallelism())],
    env: { ...peerEnvironment(), HF_HUB_OFFLINE: '1', TRANSFORMERS_VERBOSITY: 'error' },
  };
}

/** Has the composing script write what is missing of so many clips. */
async function compose(python: string, data: string, clips: number): Promise<void> {
  mkdirSync(data, { recursive: true });
  const there = readdirSync(data, { recursive: true, withFileTypes: true }).filter(({ name }) => name.endsWith('.wav'));
  if (there.length >= clips) return;
  const { run, step } = await loadSetup();
  const script = join(root, 'scripts', 'data', 'make_mini_genres.py');
  await step(`Composing ${clips} clips of 30 s in build/endurance`, () =>
    run(python, [script, '--large', String(clips), data]),
  );
}

/** A whole part; a training is killed once on the way, between two checkpoints, and resumed. */
async function endure(command: PeerCommand, task: EnduranceTask, log: string, resume: boolean): Promise<void> {
  const killAt = Math.floor(task.steps / 2) + Math.ceil(task.saveSteps / 2);
  const before = resume ? readSamples(log) : [];
  if (before.length > 0) return follow(command, { ...task, resume: task.part === 'train' }, log, before);
  rmSync(task.outputDir, { recursive: true, force: true });
  if (task.part !== 'train') return follow(command, task, log);
  await follow(command, task, log, [], killAt);
  await follow(command, { ...task, resume: true }, log, readSamples(log));
}

/** Runs a process to its end, or kills it after a step, and writes down what it says. */
async function follow(
  { command, args, env }: PeerCommand,
  task: EnduranceTask,
  log: string,
  before: readonly Sample[] = [],
  killAt?: number,
): Promise<void> {
  if (before.length === 0) writeFileSync(log, '');
  const run = (before.at(-1)?.run ?? 0) + 1;
  const child = spawn(command, [...args, JSON.stringify(task)], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    const sample: Sample = { ...JSON.parse(line), run };
    appendFileSync(log, `${JSON.stringify(sample)}\n`);
    const { step, seconds, rss } = sample;
    process.stderr.write(`\r  batch ${step} of ${task.steps}: ${seconds.toFixed(1)} s, ${rss.toFixed(0)} MB   `);
    if (step === killAt) child.kill('SIGKILL');
  }
  process.stderr.write('\n');
  const [code, signal] = await ended;
  if (code === 0 || (killAt !== undefined && signal === 'SIGKILL')) return;
  throw new Error(`The process ended with ${signal ?? `code ${code}`}; go on with --resume`);
}

const readSamples = (log: string): Sample[] => readJsonLines(log);
