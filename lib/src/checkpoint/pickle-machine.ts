import { PickleList, type Value } from './pickle-values.js';

/** Said of a pickle that no pickler writes. */
export const DAMAGED: string = 'its pickle is cut off or damaged';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The bytes of a pickle and the stack that its opcodes work on. Each step throws an Error where it cannot be done. */
export class PickleMachine {
  stack: Value[] = [];
  /** The stacks below each open mark. */
  readonly marked: Value[][] = [];
  readonly memo: Map<number, Value> = new Map();
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Moves on by `length` bytes. @returns where they begin */
  #advance(length: number): number {
    const start = this.#at;
    if (length > this.#bytes.length - start) throw new Error(DAMAGED);
    this.#at += length;
    return start;
  }

  byte(): number {
    return this.#bytes[this.#advance(1)];
  }

  uint16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  /** Floats are the one big-endian thing in a pickle. */
  float64(): number {
    return this.#view.getFloat64(this.#advance(8));
  }

  /** A whole number in two's complement; Infinity stands for all beyond 2^53. */
  long(): number {
    const length = this.byte();
    const start = this.#advance(length);
    const digits = Buffer.from(this.#bytes.subarray(start, this.#at).toReversed()).toString('hex');
    const value = Number(BigInt.asIntN(8 * length, BigInt(`0x0${digits}`)));
    return Number.isSafeInteger(value) ? value : Infinity;
  }

  text(length: number): string {
    const start = this.#advance(length);
    try {
      return UTF8.decode(this.#bytes.subarray(start, this.#at));
    } catch (cause) {
      throw new Error('its pickle has text that is not UTF-8', { cause });
    }
  }

  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0) throw new Error(DAMAGED);
    const line = this.text(end - this.#at);
    this.#at++;
    return line;
  }

  push(value: Value): void {
    this.stack.push(value);
  }

  pop(): Value {
    const value = this.stack.pop();
    if (value === undefined) throw new Error(DAMAGED);
    return value;
  }

  mark(): void {
    this.marked.push(this.stack);
    this.stack = [];
  }

  /** @returns what has been pushed since the last mark */
  popMarked(): Value[] {
    const values = this.stack;
    const below = this.marked.pop();
    if (!below) throw new Error(DAMAGED);
    this.stack = below;
    return values;
  }

  /** The value that stays on top of the stack. */
  top<T extends Value>(Kind: new () => T): T {
    const value = this.stack[this.stack.length - 1];
    if (!(value instanceof Kind)) throw new Error(DAMAGED);
    return value;
  }

  popLast(count: number): Value[] {
    if (count > this.stack.length) throw new Error(DAMAGED);
    return this.stack.splice(this.stack.length - count);
  }

  /** What is in a list is in no state dict's way: only that there is one to append to. */
  append(_items: readonly Value[]): void {
    this.top(PickleList);
  }

  get(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined) throw new Error(DAMAGED);
    this.push(value);
  }

  put(index: number): void {
    const value = this.pop();
    this.memo.set(index, value);
    this.push(value);
  }

  setItems(items: readonly Value[]): void {
    const dictionary = this.top<Map<Value, Value>>(Map);
    if (items.length % 2 !== 0) throw new Error(DAMAGED);
    for (let i = 0; i < items.length; i += 2) dictionary.set(items[i], items[i + 1]);
  }

  result(): Value {
    const value = this.pop();
    if (this.stack.length > 0 || this.marked.length > 0) throw new Error(DAMAGED);
    return value;
  }
}
