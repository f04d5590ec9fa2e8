import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type Measured, measureInTurn } from '../in-turn.js';
import { describeMachine } from '../machine.js';
import type { BenchOptions } from '../options.js';
import { benchPython } from '../python.js';
import { loadSetup } from '../setup.js';
import { markdownTable } from '../table.js';
import { cases, type ModelCase, type Task } from './cases.js';
import { forwardFlops } from './flops.js';
import { writeInput } from './inputs.js';
import { modelFolder } from './model-folder.js';
import { type ModelPeer, modelPeers } from './peers.js';

const HEAD = ['audio', 'program', 'GFLOP', 'ms', 'fastest', 'time / onpa', 'at least', 'share', 'MB', 'idle MB'];
/** Rows and columns of the matrices whose product gives the machine's rate. */
const SIZE = 2048;
/** How far apart two programs' logits may be; they lie around 1. */
const TOLERANCE = 1e-4;

/** onpa beside PyTorch and ONNX Runtime: time and memory of DistilHuBERT's forward pass, as a table. */
export async function benchModel({ quick, only }: BenchOptions): Promise<void> {
  const python = await benchPython({
    suite: 'model',
    title: 'PyTorch and ONNX Runtime',
    files: ['torch.txt', 'requirements.txt'],
  });
  const { env } = (await loadSetup()).kernelSpec();
  const all = modelPeers(python, env);
  const unknown = only.find((name) => ![...all, ...cases].some((one) => one.name === name));
  if (unknown)
    throw new Error(`--only: '${unknown}' is none of ${[...all, ...cases].map((one) => one.name).join(', ')}`);
  const peers = chosen(all, only);
  const model = await modelFolder(python);
  const config = JSON.parse(readFileSync(join(model, 'config.json'), 'utf8'));
  const measure = (programs: ModelPeer[], task: Task) =>
    measureInTurn(
      programs.map(({ command }) => command),
      [JSON.stringify(task)],
      quick,
    );

  process.stderr.write('matrix product\n');
  const products = await measure(
    all.filter(({ name }) => name === 'onpa' || name === 'sdpa'),
    { matmul: SIZE },
  );
  const rates = products.map(({ time }) => (2 * SIZE ** 3) / time); // in FLOP/ms
  const rows: string[][] = [];
  let difference = 0;
  for (const modelCase of chosen(cases, only)) {
    process.stderr.write(`forward ${title(modelCase)}\n`);
    const measured = await measure(peers, { model, input: writeInput(modelCase), batch: modelCase.batch });
    difference = Math.max(difference, largestDifference(peers, measured));
    const flops = modelCase.batch * forwardFlops(config, modelCase.seconds * 16000);
    const onpa = measured[peers.findIndex(({ name }) => name === 'onpa')];
    rows.push(...peers.map((peer, i) => row(modelCase, flops, peer, measured[i], Math.max(...rates), onpa)));
  }
  const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const [tensorflow, torch] = rates.map((rate) => (rate / 1e6).toFixed(0));
  console.log(`
${markdownTable(HEAD, rows, 2)}

Forward pass of DistilHuBERT with a head of ${Object.keys(config.id2label).length} labels, 16 kHz, until the logits are read: medians of calls in turn, in
processes that stay alive, after two calls; each on ${availableParallelism()} threads${gpus(products)}. Beside the median stands the fastest
call: where they are far apart, other programs were at work. "At least" is the ratio to reach. GFLOP are those of the
matrix products and convolutions; the share is of the faster of the matrix products (${SIZE} × ${SIZE}) measured in this run:
TensorFlow ${tensorflow} GFLOP/s, PyTorch ${torch} GFLOP/s. MB are the peak of a whole process that loads the model and makes one
call, to be no more than PyTorch's; idle is its peak once imported. The programs' logits differ by ${difference.toExponential(0)} at most.
onpa's process has the notebook kernel's settings: ${settings.join(' ')}.
${describeMachine(python, ['torch', 'transformers', 'onnxruntime'])}`);
}

/** Those that --only names, or all where it names none of them. */
function chosen<T extends { name: string }>(all: T[], only: string[]): T[] {
  const named = all.filter(({ name }) => only.includes(name));
  return named.length > 0 ? named : all;
}

function row(
  modelCase: ModelCase,
  flops: number,
  { title: program, target }: ModelPeer,
  { time, best, peak, idle }: Measured,
  rate: number,
  onpa: Measured | undefined,
): string[] {
  return [
    title(modelCase),
    program,
    (flops / 1e9).toFixed(0),
    time.toFixed(0),
    best.toFixed(0),
    onpa ? (time / onpa.time).toFixed(2) : '',
    target ? modelCase.targets[target].toFixed(2) : '',
    `${((100 * flops) / time / rate).toFixed(0)} %`,
    peak.toFixed(0),
    idle.toFixed(0),
  ];
}

/** @throws Error where a program does not compute the same as the first one */
function largestDifference(peers: ModelPeer[], measured: Measured[]): number {
  const [first, ...others] = measured.map(({ result }) => result!);
  let largest = 0;
  for (const [i, logits] of others.entries()) {
    const difference = Math.max(...first.map((x, k) => Math.abs(x - logits[k])));
    if (!(difference <= TOLERANCE)) {
      throw new Error(`The logits of ${peers[i + 1].title} differ by ${difference} from those of ${peers[0].title}`);
    }
    largest = Math.max(largest, difference);
  }
  return largest;
}

function gpus(measured: Measured[]): string {
  const devices = measured.flatMap(({ device }) => device ?? []);
  return devices.length > 0 ? `; on a GPU: ${devices.join(', ')}` : '';
}

function title({ seconds, batch }: ModelCase): string {
  return batch === 1 ? `${seconds} s` : `${batch} × ${seconds} s`;
}
