import type { Interruption } from '../../interruption.js';
import { trimMemory } from '../../trim-memory.js';
import type { TrainingContext } from '../trainer-options.js';
import { type BatchSource, type LabelledBatch, readBatches } from './batches.js';

/** Hands out batches, and frees those when the next are asked for. */
export class BatchReader {
  readonly #batches: AsyncGenerator<LabelledBatch, void>;
  readonly #interruption: Interruption;
  #pending: Promise<IteratorResult<LabelledBatch, void>> | undefined;
  #given: LabelledBatch[] = [];

  constructor(
    context: TrainingContext,
    from: BatchSource,
    batches: readonly (readonly number[])[],
    interruption: Interruption,
  ) {
    this.#batches = readBatches(context, from, batches);
    this.#interruption = interruption;
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
    for (let i = 0; i < count; i++) {
      trimMemory();
      await this.#interruption.pause();
      this.#pending = this.#batches.next();
      const { value } = await this.#interruption.race(this.#pending);
      this.#pending = undefined;
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

  #free(): void {
    for (const batch of this.#given.splice(0)) free(batch);
  }
}

function free({ input }: LabelledBatch): void {
  if ('extractFeatures' in input) input.extractFeatures.dispose();
}
