import { mkdir, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { TrainingExample } from '../dataset/example-source.js';
import { tf } from '../tensor/tensorflow.js';
import type { TrainableModel } from './trainable-model.js';

/** What a batch needs to know of a clip whose features are cached. */
export interface CachedClip {
  /** In samples, before padding. */
  length: number;
  label: number;
  frameLabels?: TrainingExample['frameLabels'];
  /** Segments, of which each has its features; undefined for 1. */
  segments?: number;
  /** 1 for sound and 0 for padding, or how much of the beginning is sound; all if left out. */
  mask?: Int32Array | number;
}

/** How much room there is for features. */
export interface FeatureRoom {
  /** In bytes. */
  memory: number;
  disk: number;
  /** Made when the memory is full, and removed at the end. */
  folder: string;
}

interface StoredFeatures {
  /** (1, frames, channels) */
  shape: [number, number, number];
  tensor?: tf.Tensor3D;
  file?: string;
}

/** The room that the caches of several data sets share. What does not fit is not stored. */
export class FeatureStore {
  readonly #room: FeatureRoom;
  readonly #tensors = new Set<tf.Tensor>();
  /** Bytes left. */
  #memory: number;
  #disk: number | undefined;
  #files = 0;
  #ended = false;

  constructor(room: FeatureRoom = { memory: 0, disk: 0, folder: '' }) {
    this.#room = room;
    this.#memory = room.memory;
  }

  /** Stores a copy: in memory first, then on disk. */
  async put(features: tf.Tensor3D): Promise<StoredFeatures | undefined> {
    const bytes = 4 * features.size;
    const { shape } = features;
    if (this.#ended) return undefined;
    if (bytes <= this.#memory) {
      this.#memory -= bytes;
      const tensor = tf.keep(tf.clone(features));
      this.#tensors.add(tensor);
      return { shape, tensor };
    }
    this.#disk ??= await this.#openFolder();
    if (bytes > this.#disk) return undefined;
    const file = path.join(this.#room.folder, `${this.#files++}.f32`);
    try {
      const { buffer, byteOffset, byteLength } = features.dataSync() as Float32Array;
      await writeFile(file, new Uint8Array(buffer, byteOffset, byteLength));
    } catch {
      // Whatever the disk lacks, training goes on without it.
      this.#disk = 0;
      await rm(file, { force: true });
      return undefined;
    }
    this.#disk -= bytes;
    return { shape, file };
  }

  /** The features; undefined where they cannot be read again. */
  async get({ shape, tensor, file }: StoredFeatures): Promise<tf.Tensor3D | undefined> {
    if (tensor) return tf.clone(tensor);
    const bytes = await readFile(file!).catch(() => undefined);
    if (bytes?.length !== 4 * shape[0] * shape[1] * shape[2]) return undefined;
    // A buffer of its own, since TensorFlow may go on using it, and at a multiple of four bytes.
    return tf.tensor3d(new Float32Array(new Uint8Array(bytes).buffer), shape);
  }

  async dispose(): Promise<void> {
    this.#ended = true;
    tf.dispose([...this.#tensors]);
    this.#tensors.clear();
    if (this.#disk !== undefined) await rm(this.#room.folder, { recursive: true, force: true });
  }

  /** The bytes that it may hold. */
  async #openFolder(): Promise<number> {
    const { folder, disk } = this.#room;
    if (disk === 0) return 0;
    try {
      await mkdir(folder, { recursive: true });
      const { bavail, bsize } = await statfs(folder);
      return Math.min(disk, (bavail * bsize) / 2);
    } catch {
      return 0;
    }
  }
}

/**
 * What a frozen feature encoder gave for the examples of a data set. The group norm of the encoder runs over a row with
 * its padding: features belong to an example at one padded length.
 */
export class FeatureCache {
  readonly #store: FeatureStore;
  readonly #clips = new Map<number, CachedClip>();
  readonly #features = new Map<string, StoredFeatures>();

  constructor(store: FeatureStore) {
    this.#store = store;
  }

  /** Which examples of a batch have to be read. */
  uncached(indices: readonly number[]): readonly number[] {
    const clips = indices.map((index) => this.#clips.get(index));
    if (clips.includes(undefined)) return indices;
    const length = Math.max(...clips.map((clip) => clip!.length));
    const isCached = (index: number) =>
      Array.from({ length: segmentsOf(this.#clips.get(index)!) }).every((_, i) =>
        this.#features.has(key(index, length, i)),
      );
    return indices.filter((index) => !isCached(index));
  }

  clip(index: number): CachedClip | undefined {
    return this.#clips.get(index);
  }

  /** The features of a segment of an example, padded to `length` samples: (1, frames, channels). */
  async get(index: number, length: number, segment: number): Promise<tf.Tensor3D | undefined> {
    const stored = this.#features.get(key(index, length, segment));
    return stored && this.#store.get(stored);
  }

  async put(index: number, length: number, segment: number, clip: CachedClip, features: tf.Tensor3D): Promise<void> {
    // Also of a clip that there is no room for: the others of its batch need its length.
    this.#clips.set(index, { ...clip, mask: clip.mask instanceof Int32Array ? shortened(clip.mask) : clip.mask });
    const stored = await this.#store.put(features);
    if (stored) this.#features.set(key(index, length, segment), stored);
  }
}

/** The caches of a training's data sets, which hold as long as the feature encoder is frozen. */
export class FeatureCaches {
  readonly #model: Pick<TrainableModel, 'parameters'>;
  readonly #room: () => FeatureRoom;
  readonly #caches = new Map<string, FeatureCache>();
  #store: FeatureStore | undefined;
  /** Settled when all that was forgotten is removed. */
  #disposal: Promise<unknown> = Promise.resolve();

  constructor(model: Pick<TrainableModel, 'parameters'>, room: () => FeatureRoom) {
    this.#model = model;
    this.#room = room;
  }

  /**
   * The cache of a data set; undefined while the feature encoder is trained, after which what was kept is out of date.
   *
   * @param isKept - whether what is made of a clip is worth keeping
   */
  of(name: string, isKept = true): FeatureCache | undefined {
    if (!isEncoderFrozen(this.#model)) {
      this.#forget();
      return undefined;
    }
    let cache = this.#caches.get(name);
    if (!cache) {
      this.#store ??= new FeatureStore(this.#room());
      cache = new FeatureCache(isKept ? this.#store : new FeatureStore());
      this.#caches.set(name, cache);
    }
    return cache;
  }

  async dispose(): Promise<void> {
    this.#forget();
    await this.#disposal;
  }

  #forget(): void {
    this.#caches.clear();
    if (!this.#store) return;
    this.#disposal = Promise.all([this.#disposal, this.#store.dispose()]);
    this.#disposal.catch(() => {}); // dispose() throws it
    this.#store = undefined;
  }
}

const key = (index: number, length: number, segment: number): string => `${index}/${length}/${segment}`;

/** How many segments an example has. */
export const segmentsOf = ({ segments = 1 }: CachedClip): number => segments;

/** A mask as the number of ones that it begins with, where zeros follow: a mask is as large as its clip. */
function shortened(mask: Int32Array): Int32Array | number {
  const end = mask.indexOf(0);
  if (end < 0) return mask.length;
  return mask.indexOf(1, end) < 0 ? end : mask;
}

/** Whether training leaves the feature encoder as it is. */
export function isEncoderFrozen({ parameters }: Pick<TrainableModel, 'parameters'>): boolean {
  return ![...parameters].some(([name, { trainable }]) => trainable && name.includes('feature_extractor.'));
}
