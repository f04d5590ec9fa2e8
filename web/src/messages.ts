/** What the page and its worker tell each other. */

/** Where a model is: a folder beside the page, or a repository of the Hub. */
export interface ModelPlace {
  name: string;
  /** Of the Hugging Face Hub, which is asked for it. */
  fromHub: boolean;
  /** The folder of the models that lie beside the page. */
  folder: string;
}

/** Analyse a sound; what was asked before is given up. */
export interface Request {
  id: number;
  /** Without one, nothing more is done. */
  file?: Blob;
  model: ModelPlace;
}

/** What a sound is, before it is heard. */
export interface SoundFacts {
  /** In Hz, as the file has it. */
  sampleRate: number;
  /** In seconds. */
  duration: number;
}

/** Columns of the picture of the whole sound, from number `from` on. */
export interface Columns {
  from: number;
  /** For each column the lowest and the highest sample. */
  peaks: Float32Array;
  /** For each column the power of the mel bands, from low to high. */
  mel: Float32Array;
}

/** Why something could not be done; the words are in words.ts. */
export type Failure = 'cannotDecode' | 'tooShort' | 'noModel' | 'cannotClassify';

/** What the worker has found: first the picture of the whole sound, then the scores of one window after the other. */
export type News =
  | ({ type: 'sound'; columns: number; topHz: number } & SoundFacts)
  | ({ type: 'columns' } & Columns)
  | { type: 'model'; labels: string[] }
  | { type: 'scores'; scores: Float32Array }
  | { type: 'done' }
  | { type: 'failed'; why: Failure; detail: string };

export type Answer = { id: number } & News;

/** What the thread of sound tells. */
export interface Heard {
  /** For each new column the power of the mel bands, from low to high. */
  mel: Float32Array;
  /** The samples since it told the last time. */
  samples: Float32Array;
  samplesPerColumn: number;
}

/** Of live sound. */
export const COLUMNS_PER_SECOND = 100;
