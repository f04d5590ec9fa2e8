import type { Interruption } from '../../interruption.js';
import { trimMemory } from '../../trim-memory.js';
import type { FeatureCache } from '../feature-cache.js';
import type { TrainingContext } from '../trainer-options.js';
import { type BatchSource, type LabelledBatch, readBatches } from './batches.js';

/** Hands out batches, and frees those when the next are asked for. */
export class BatchReader {
  readonly #context: TrainingContext;
  readonly #from: BatchSource;
  readonly #indices: readonly (readonly number[])[];
  readonly #interruption: Interruption;
  #batches: AsyncGenerator<LabelledBatch | undefined, void>;
  #cache: FeatureCache | undefined;
  /** How many batches have been handed out. */
  #count = 0;
  #pending: Promise<IteratorResult<LabelledBatch | undefined, void>> | undefined;
  #given: LabelledBatch[] = [];

  constructor(
    context: TrainingContext,
    from: BatchSource,
    batches: readonly (readonly number[])[],
    interruption: Interruption,
  ) {
    this.#context = context;
    this.#from = from;
    this.#indices = batches;
    this.#interruption = interruption;
    this.#cache = cacheNow(from);
    this.#batches = this.#read();
  }

  /**
   * The next batch, undefined after the last.
   *
   * @throws Stopped if somebody wishes so
   */
  async next(): Promise<LabelledBatch | undefined> {
    return (await this.nextOf(1))[0];
  }

  /** The next batches, so many or those that are left, all at once. */
  async nextOf(count: number): Promise<readonly LabelledBatch[]> {
    this.#free();
    while (this.#given.length < count) {
      trimMemory();
      await this.#interruption.pause();
      await this.#followCache();
      this.#pending = this.#batches.next();
      const { value, done } = await this.#interruption.race(this.#pending);
      this.#pending = undefined;
      if (done) break;
      this.#count++;
      if (value) this.#given.push(value);
    }
    return this.#given;
  }

  /** Ends the reading. Nobody waits for a batch that was being read when somebody wished to stop. */
  async close(): Promise<void> {
    this.#free();
    const pending = this.#pending;
    if (!pending) {
      await this.#batches.return();
      return;
    }
    const end = pending.then(({ value }) => void (value && free(value)));
    Promise.all([end, this.#batches.return()]).catch(() => {});
  }

  #read(): AsyncGenerator<LabelledBatch | undefined, void> {
    return readBatches(this.#context, { ...this.#from, cache: this.#cache }, this.#indices.slice(this.#count));
  }

  /** Where a callback has frozen the feature encoder, or made it trainable, other clips are needed from here on. */
  async #followCache(): Promise<void> {
    const cache = cacheNow(this.#from);
    if (cache === this.#cache) return;
    await this.#batches.return();
    this.#cache = cache;
    this.#batches = this.#read();
  }

  #free(): void {
    for (const batch of this.#given.splice(0)) free(batch);
  }
}

const cacheNow = (from: BatchSource): FeatureCache | undefined => (from.cacheNow ? from.cacheNow() : from.cache);

function free({ input }: LabelledBatch): void {
  if ('extractFeatures' in input) input.extractFeatures.dispose();
}
