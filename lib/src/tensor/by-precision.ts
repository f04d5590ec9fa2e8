import type { Precision } from './graph-writer.js';

/** Something for each precision, made when it is first asked for. */
export class ByPrecision<T> {
  readonly #make: (precision: Precision) => T;
  readonly #made = new Map<Precision, T>();

  constructor(make: (precision: Precision) => T) {
    this.#make = make;
  }

  get(precision: Precision): T {
    let made = this.#made.get(precision);
    if (made === undefined) {
      made = this.#make(precision);
      this.#made.set(precision, made);
    }
    return made;
  }

  /** What has been made so far. */
  values(): Iterable<T> {
    return this.#made.values();
  }
}
