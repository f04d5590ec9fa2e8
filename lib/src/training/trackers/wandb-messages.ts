/** A run as the thread that talks to Weights & Biases begins it. */
export interface WandbRun {
  baseUrl: string;
  /** Empty: the key of `~/.netrc`, which `wandb login` writes. */
  apiKey: string;
  project: string;
  /** Default the key's owner. */
  entity?: string;
  name?: string;
  /** The run that it is; default a new one. */
  id?: string;
  /** What else the server is told of it. */
  more: { notes?: string; sweep?: string; groupName?: string };
  config: Record<string, unknown>;
  /** Waiting times between attempts, in ms; their number is that of the repetitions. */
  retryDelays: readonly number[];
  /** How long the server may take to answer, in ms. */
  timeout: number;
}

export type WandbRequest =
  | { type: 'log'; row: Record<string, number | string>; summary: Record<string, number | string> }
  | { type: 'finish'; exitCode: number; summary: Record<string, number | string> };

export type WandbReply = { type: 'started'; url: string } | { type: 'finished' } | { type: 'failed'; reason: string };
