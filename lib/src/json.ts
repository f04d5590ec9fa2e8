import { readFile } from 'node:fs/promises';
import { CheckpointError } from './errors.js';

/** The object in a JSON file of a checkpoint. */
export async function readJson(file: string): Promise<Readonly<Record<string, unknown>>> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new CheckpointError(`${file} cannot be read as JSON: ${(cause as Error).message}`, { cause });
  }
  if (isObject(json)) return json;
  throw new CheckpointError(`${file} holds no JSON object`);
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** 'hidden_size' → 'hiddenSize'. */
export const camelCase = (key: string): string =>
  key.replace(/(?<=.)_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** 'hiddenSize' → 'hidden_size', as Transformers' files have it. */
export const snakeCase = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
