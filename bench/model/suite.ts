import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Measured, measureInTurn } from '../in-turn.js';
import { describeMachine, versionsOf } from '../machine.js';
import type { BenchOptions } from '../options.js';
import { benchPython } from '../python.js';
import { loadSetup } from '../setup.js';
import { cases, SAMPLING_RATE, type Task } from './cases.js';
import { forwardFlops } from './flops.js';
import { writeInput } from './inputs.js';
import { modelFolder } from './model-folder.js';
import { type ModelPeer, modelPeers } from './peers.js';
import { type Forward, MATRIX_SIZE, modelReport, title } from './report.js';

/** How far apart two programs' logits may be; they lie around 1. */
const TOLERANCE = 1e-4;
/** Of bfloat16 from float32. */
const ROUNDED_TOLERANCE = 0.05;

/** onpa beside PyTorch and ONNX Runtime: time and memory of DistilHuBERT's forward pass, as a table. */
export async function benchModel({ recorder, quick, only }: BenchOptions): Promise<void> {
  const files = ['torch.txt', 'requirements.txt'];
  const python = await benchPython({ suite: 'model', title: 'PyTorch and ONNX Runtime', files });
  const { env } = (await loadSetup()).kernelSpec();
  const all = modelPeers(python, env);
  const names = [...all, ...cases].map(({ name }) => name);
  const unknown = only.find((name) => !names.includes(name));
  if (unknown) throw new Error(`--only: '${unknown}' is none of ${names.join(', ')}`);
  const model = await modelFolder(python);
  const config = JSON.parse(readFileSync(join(model, 'config.json'), 'utf8'));
  const measure = (peers: ModelPeer[], task: Task) => {
    const commands = peers.map(({ command }) => command);
    return measureInTurn(commands, [JSON.stringify(task)], quick);
  };
  const matrixProduct = () => {
    process.stderr.write('matrix product\n');
    const [onpa, , sdpa] = all;
    return measure([onpa, sdpa], { matmul: MATRIX_SIZE });
  };

  const peers = chosen(all, only);
  const forwards: Forward[] = [];
  const before = await matrixProduct();
  for (const modelCase of chosen(cases, only)) {
    process.stderr.write(`forward ${title(modelCase)}\n`);
    const measured = await measure(peers, { model, input: writeInput(modelCase), batch: modelCase.batch });
    const flops = modelCase.batch * forwardFlops(config, modelCase.seconds * SAMPLING_RATE);
    const programs = measured.map((one, i) => [peers[i].title, one] as const);
    // A ratio needs onpa, and somebody beside it.
    const isBeside = peers[0].name === 'onpa' && peers.length > 1;
    const since = isBeside ? recorder.add('model', 'DistilHuBERT, forwards', title(modelCase), programs) : '';
    forwards.push({ modelCase, flops, measured, difference: largestDifference(peers, measured), since });
  }
  const after = await matrixProduct();
  const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const versions = versionsOf(python, ['torch', 'transformers', 'onnxruntime']);
  const table = `
${modelReport(peers, forwards, [before, after])}
onpa's process has the notebook kernel's settings: ${settings.join(' ')}.
${describeMachine(versions)}`;
  recorder.end('model', versions, table);
}

/** Those that --only names, or all where it names none of them. */
function chosen<T extends { name: string }>(all: T[], only: string[]): T[] {
  const named = all.filter(({ name }) => only.includes(name));
  return named.length > 0 ? named : all;
}

/** @throws Error where a program does not compute the same as the first one */
function largestDifference(peers: ModelPeer[], measured: Measured[]): number {
  const [first, ...others] = measured.map(({ result }) => result!);
  let largest = 0;
  for (const [i, logits] of others.entries()) {
    const difference = Math.max(...first.map((x, k) => Math.abs(x - logits[k])));
    const isRounded = peers[i + 1].against === 'onpa-bf16';
    if (!(difference <= (isRounded ? ROUNDED_TOLERANCE : TOLERANCE))) {
      throw new Error(`The logits of ${peers[i + 1].title} differ by ${difference} from those of ${peers[0].title}`);
    }
    if (!isRounded) largest = Math.max(largest, difference);
  }
  return largest;
}
