import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { hasBfloat16 } from 'onpa/dist/tensor/bfloat16.js';
import { type Measured, measureInTurn } from '../in-turn.js';
import { describeMachine, versionsOf } from '../machine.js';
import { writeInput } from '../model/inputs.js';
import { modelFolder } from '../model/model-folder.js';
import type { BenchOptions } from '../options.js';
import type { PeerCommand } from '../peer.js';
import { benchPython, peerEnvironment } from '../python.js';
import { loadSetup, root } from '../setup.js';
import { markdownTable } from '../table.js';
import { cases, MODES, type TrainCase, type TrainTask } from './cases.js';

/** How far apart the losses before the first step may be, and how much more memory than PyTorch onpa may need. */
const TOLERANCE = { float32: 1e-4, bfloat16: 0.02 };
const MOST_MEMORY = 1.2;

const ARGUMENTS = { learningRate: 5e-5, weightDecay: 0, maxGradNorm: 1 };
const HEAD = [
  'products in',
  'step',
  'audio',
  'onpa ms',
  'fastest',
  'PyTorch ms',
  'fastest',
  'ratio',
  'at least',
  'MB',
  'PyTorch',
  'ratio',
  '',
];

/** onpa beside PyTorch: time and memory of a step of training DistilHuBERT, as a table. */
export async function benchTrain({ recorder, quick, only }: BenchOptions): Promise<void> {
  const unknown = only.find((name) => !cases.some((one) => one.name === name));
  if (unknown) throw new Error(`--only: '${unknown}' is none of ${cases.map(({ name }) => name).join(', ')}`);
  const files = ['torch.txt', 'requirements.txt'];
  const python = await benchPython({ suite: 'model', title: 'PyTorch and ONNX Runtime', files });
  const { env } = (await loadSetup()).kernelSpec();
  const model = await modelFolder(python);
  const precisions = hasBfloat16() ? (['float32', 'bfloat16'] as const) : (['float32'] as const);
  const rows: string[][] = [];
  for (const one of cases.filter(({ name }) => only.length === 0 || only.includes(name))) {
    process.stderr.write(`train ${one.name}\n`);
    const { name, seconds, batch, mode } = one;
    const task: TrainTask = { model, input: writeInput({ name, seconds, batch }), batch, mode, ...ARGUMENTS };
    for (const precision of precisions) {
      const measured = await measureInTurn(peers(python, env, precision), [JSON.stringify(task)], quick);
      checkLosses(one, measured, TOLERANCE[precision]);
      const programs = [['onpa', measured[0]] as const, ['PyTorch', measured[1]] as const];
      const name = `DistilHuBERT, ${MODES[mode].title}${precision === 'float32' ? '' : `, ${precision}`}`;
      const since = recorder.add('train', name, audio(one), programs);
      rows.push([precision, ...row(one, measured), since]);
    }
  }
  const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const versions = versionsOf(python, ['torch', 'transformers']);
  const table = `
${markdownTable(HEAD, rows, 3)}

A step of training DistilHuBERT with dropout and SpecAugment: forwards, backwards, gradients clipped, AdamW; medians of
calls in turn, in processes that stay alive, after two calls, each on ${availableParallelism()} threads. "Ratio" is PyTorch's median over onpa's, "at
least" what it is to be. In a later epoch onpa reads what the frozen encoder gave in the first one. MB are the peak of a
whole process that loads the model and makes one step; the ratio is to be at most ${MOST_MEMORY}. The losses before the first step
differ by at most ${TOLERANCE.float32}, in bfloat16 by ${TOLERANCE.bfloat16}. PyTorch computes in bfloat16 under torch.autocast.
onpa's process has the notebook kernel's settings: ${settings.join(' ')}.
${describeMachine(versions)}`;
  recorder.end('train', versions, table);
}

function peers(python: string, kernelEnv: Record<string, string>, precision: string): PeerCommand[] {
  const threads = String(availableParallelism());
  return [
    {
      command: process.execPath,
      args: ['--expose-gc', join(__dirname, 'onpa.js'), precision],
      env: { ...process.env, ...kernelEnv, TF_NUM_INTRAOP_THREADS: threads },
    },
    {
      command: python,
      args: [join(root, 'bench', 'train', 'python_peer.py'), threads, precision],
      env: { ...peerEnvironment(), HF_HUB_OFFLINE: '1', TRANSFORMERS_VERBOSITY: 'error' },
    },
  ];
}

function audio({ seconds, batch }: TrainCase): string {
  return batch === 1 ? `${seconds} s` : `${batch} × ${seconds} s`;
}

function row(one: TrainCase, [onpa, torch]: Measured[]): string[] {
  const { title, target } = MODES[one.mode];
  return [
    title,
    audio(one),
    ...[onpa.time, onpa.best, torch.time, torch.best].map((time) => time.toFixed(0)),
    (torch.time / onpa.time).toFixed(2),
    target.toFixed(1),
    onpa.peak.toFixed(0),
    torch.peak.toFixed(0),
    (onpa.peak / torch.peak).toFixed(2),
  ];
}

/** @throws Error where the programs do not compute the same */
function checkLosses({ name }: TrainCase, measured: Measured[], tolerance: number): void {
  const [onpa, torch] = measured.map(({ result }) => result![0]);
  if (Math.abs(onpa - torch) <= tolerance) return;
  throw new Error(`${name}: the losses before the first step are ${onpa} and, in PyTorch, ${torch}`);
}
