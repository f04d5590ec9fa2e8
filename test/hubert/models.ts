import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  AutoModel,
  AutoModelForAudioClassification,
  type HubertForSequenceClassification,
  type HubertModel,
} from 'onpa';
import { seededAudio, seededWeights } from 'onpa/dist/doctor/seeded-weights.js';
import { type Fixture, fixture, type Numbers } from '../fixtures.js';
import { quietly } from './warnings.js';

/** Models with the configurations of the fixtures and seeded weights, in checkpoint folders; and what they are given. */

/** `config.json`, with the keys of Transformers. */
export type Configuration = Record<string, unknown>;

/** A checkpoint: its configuration, and the shape of each of its tensors. */
export interface CheckpointPlan {
  config: Configuration;
  tensors: Record<string, number[]>;
}

/** Waveforms by their lengths, padded with zeros to the longest, or to `padTo`. */
export interface Run {
  lengths: number[];
  padTo?: number;
  mask: boolean;
}

/** What forward.safetensors knows of a model. */
export interface ModelCase extends CheckpointPlan {
  runs: Record<string, Run & { loss: number; peaks: Record<string, number> }>;
}

export const forward: Fixture<ModelCase> = fixture<ModelCase>('hubert/forward');

/** A case of forward.safetensors, changed: null where something is gone. */
export interface Variation {
  model: string;
  config: Configuration;
  tensors: Record<string, number[] | null>;
}

/** The checkpoint of one of the models in forward.safetensors. */
export function planOf({ model, config, tensors }: Variation): CheckpointPlan {
  const base = forward.cases[model];
  return { config: changed(base.config, config), tensors: changed(base.tensors, tensors) as CheckpointPlan['tensors'] };
}

const changed = <T>(object: Record<string, T>, changes: Record<string, T | null>): Record<string, T> =>
  Object.fromEntries(Object.entries({ ...object, ...changes }).filter(([, value]) => value !== null)) as Record<
    string,
    T
  >;

/** Creates a folder that exists while `use` runs. */
export async function inTemporaryFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'onpa-hubert-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes `config.json` and `model.safetensors`, with seeded weights. */
export async function writeCheckpoint(folder: string, { config, tensors }: CheckpointPlan): Promise<void> {
  const values = Object.entries(tensors).map(([name, shape]): [string, TensorValues] => {
    // A counter of batch norms, the only tensor that is not of float32.
    if (name.endsWith('num_batches_tracked')) return [name, { shape, data: new BigInt64Array(1) }];
    return [name, { shape, data: seededWeights(name, shape) }];
  });
  await writeFile(path.join(folder, 'config.json'), JSON.stringify(config));
  await writeSafetensors(path.join(folder, 'model.safetensors'), Object.fromEntries(values));
}

/** A tensor's shape and values. */
export interface TensorValues {
  shape: number[];
  data: Float32Array | BigInt64Array;
}

/** Writes a safetensors file: eight bytes of length, a header in JSON, the tensors one behind the other. */
export async function writeSafetensors(file: string, tensors: Record<string, TensorValues>): Promise<void> {
  let position = 0;
  const header = Object.entries(tensors).map(([name, { shape, data }]) => {
    const dtype = data instanceof Float32Array ? 'F32' : 'I64';
    const offsets = [position, position + data.byteLength];
    position += data.byteLength;
    return [name, { dtype, shape, data_offsets: offsets }];
  });
  const json = Buffer.from(JSON.stringify({ ...Object.fromEntries(header), __metadata__: { format: 'pt' } }));
  const padded = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const bytes = Object.values(tensors).map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  await writeFile(file, Buffer.concat([length, padded, ...bytes]));
}

/** A classifier with seeded weights. */
export const classifierOf = (plan: CheckpointPlan): Promise<HubertForSequenceClassification> =>
  loaded(plan, AutoModelForAudioClassification);

/** A classifier's base model with seeded weights. */
export const baseOf = (plan: CheckpointPlan): Promise<HubertModel> => loaded(plan, AutoModel);

const loaded = <M>(plan: CheckpointPlan, loader: { fromPretrained(folder: string): Promise<M> }): Promise<M> =>
  inTemporaryFolder(async (folder) => {
    await writeCheckpoint(folder, plan);
    return quietly(() => loader.fromPretrained(folder));
  });

/** The rows of a run as a model takes them. */
export function inputOf({ lengths, padTo, mask }: Run): { inputValues: Float32Array[]; attentionMask?: Int32Array[] } {
  const width = padTo ?? Math.max(...lengths);
  const inputValues = lengths.map((length, row) => {
    const padded = new Float32Array(width);
    padded.set(seededAudio(row, length));
    return padded;
  });
  const attentionMask = lengths.map((length) => new Int32Array(width).fill(1, 0, length));
  return mask ? { inputValues, attentionMask } : { inputValues };
}

/**
 * How far numbers are from the reference: the largest difference, absolute or relative to the reference's largest
 * value, whichever says more.
 */
export function distance(actual: ArrayLike<number>, expected: Numbers, peak: number): number {
  if (actual.length !== expected.length) throw new Error(`${actual.length} numbers instead of ${expected.length}`);
  let largest = 0;
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(actual[i] - expected[i]));
  return largest / Math.min(1, peak);
}
