import { GLOBALS, Global, PickledStorage, PickleList, type Value } from './pickle-values.js';

/**
 * Reads the pickle of a state dict: the opcodes that torch.save writes (protocol 2), and the globals of
 * pickle-values.ts. Nothing in the file is executed.
 *
 * @throws Error that says what is wrong, and names the opcode or the global
 * @see https://github.com/python/cpython/blob/main/Lib/pickletools.py
 */
export function unpickle(bytes: Uint8Array): Value {
  const machine = new Machine(bytes);
  for (;;) {
    const opcode = machine.byte();
    if (opcode === STOP) return machine.result();
    const run = OPCODES.get(opcode);
    if (!run) {
      const name = OTHER_OPCODES[opcode] ?? 'unknown';
      throw new Error(`its pickle has opcode 0x${opcode.toString(16)} (${name}), which no state dict of tensors needs`);
    }
    run(machine);
  }
}

const DAMAGED = 'its pickle is cut off or damaged';

class Machine {
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

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function findGlobal(name: string): Global {
  const global = GLOBALS.get(name);
  if (global) return global;
  throw new Error(
    `its pickle asks for ${name.slice(0, 200)}, which no state dict of tensors needs; nothing of it was executed. If you ` +
      'trust the file, load it in Python and save only its state_dict()',
  );
}

function reduce(m: Machine): void {
  const args = m.pop();
  const global = m.pop();
  if (!(global instanceof Global) || !global.call || !Array.isArray(args)) throw new Error(DAMAGED);
  m.push(global.call(args));
}

function persistentId(m: Machine): void {
  const id = m.pop();
  if (!Array.isArray(id) || id[0] !== 'storage') throw new Error('its pickle has a persistent id other than a storage');
  const [, type, key, , length] = id;
  const described = type instanceof Global && type.dtype && typeof key === 'string' && typeof length === 'number';
  if (!described) throw new Error('its pickle has a storage without a type, a key and a length');
  m.push(new PickledStorage(type.dtype, key, length));
}

/** Attributes of a dictionary, which are the version numbers of a state dict's layers (_metadata): not needed. */
function build(m: Machine): void {
  m.pop();
  m.top(Map);
}

function checkProtocol(version: number): void {
  if (version === 2) return;
  throw new Error(
    `its pickle has protocol ${version}; save it again in Python, with torch.save's own pickle_protocol=2`,
  );
}

const STOP = 0x2e;

const OPCODES: ReadonlyMap<number, (m: Machine) => void> = new Map<number, (m: Machine) => void>([
  [0x80, (m) => checkProtocol(m.byte())], // PROTO
  [0x28, (m) => m.mark()], // MARK
  [0x4e, (m) => m.push(null)], // NONE
  [0x88, (m) => m.push(true)], // NEWTRUE
  [0x89, (m) => m.push(false)], // NEWFALSE
  [0x4b, (m) => m.push(m.byte())], // BININT1
  [0x4d, (m) => m.push(m.uint16())], // BININT2
  [0x4a, (m) => m.push(m.int32())], // BININT
  [0x8a, (m) => m.push(m.long())], // LONG1
  [0x47, (m) => m.push(m.float64())], // BINFLOAT
  [0x58, (m) => m.push(m.text(m.uint32()))], // BINUNICODE
  [0x29, (m) => m.push([])], // EMPTY_TUPLE
  [0x85, (m) => m.push(m.popLast(1))], // TUPLE1
  [0x86, (m) => m.push(m.popLast(2))], // TUPLE2
  [0x87, (m) => m.push(m.popLast(3))], // TUPLE3
  [0x74, (m) => m.push(m.popMarked())], // TUPLE
  [0x5d, (m) => m.push(new PickleList())], // EMPTY_LIST
  [0x61, (m) => m.append(m.popLast(1))], // APPEND
  [0x65, (m) => m.append(m.popMarked())], // APPENDS
  [0x7d, (m) => m.push(new Map())], // EMPTY_DICT
  [0x73, (m) => m.setItems(m.popLast(2))], // SETITEM
  [0x75, (m) => m.setItems(m.popMarked())], // SETITEMS
  [0x71, (m) => m.put(m.byte())], // BINPUT
  [0x72, (m) => m.put(m.uint32())], // LONG_BINPUT
  [0x68, (m) => m.get(m.byte())], // BINGET
  [0x6a, (m) => m.get(m.uint32())], // LONG_BINGET
  [0x63, (m) => m.push(findGlobal(`${m.line()}.${m.line()}`))], // GLOBAL
  [0x52, reduce], // REDUCE
  [0x62, build], // BUILD
  [0x51, persistentId], // BINPERSID
]);

/** The other opcodes, for the message. */
const OTHER_OPCODES: Readonly<Record<number, string>> = {
  ...{ 48: 'POP', 49: 'POP_MARK', 50: 'DUP', 66: 'BINBYTES', 67: 'SHORT_BINBYTES', 70: 'FLOAT', 73: 'INT', 76: 'LONG' },
  ...{ 80: 'PERSID', 83: 'STRING', 84: 'BINSTRING', 85: 'SHORT_BINSTRING', 86: 'UNICODE', 100: 'DICT', 103: 'GET' },
  ...{ 105: 'INST', 108: 'LIST', 111: 'OBJ', 112: 'PUT', 129: 'NEWOBJ', 130: 'EXT1', 131: 'EXT2', 132: 'EXT4' },
  ...{ 139: 'LONG4', 140: 'SHORT_BINUNICODE', 141: 'BINUNICODE8', 142: 'BINBYTES8', 143: 'EMPTY_SET', 144: 'ADDITEMS' },
  ...{ 145: 'FROZENSET', 146: 'NEWOBJ_EX', 147: 'STACK_GLOBAL', 148: 'MEMOIZE', 149: 'FRAME', 150: 'BYTEARRAY8' },
  ...{ 151: 'NEXT_BUFFER', 152: 'READONLY_BUFFER' },
};
