import { DAMAGED, PickleMachine } from './pickle-machine.js';
import { GLOBALS, Global, PickledStorage, PickleList, type Value } from './pickle-values.js';

/**
 * Reads the pickle of a state dict: the opcodes that torch.save writes (protocol 2), and the globals of
 * pickle-values.ts. Nothing in the file is executed.
 *
 * @throws Error that says what is wrong, and names the opcode or the global
 * @see https://github.com/python/cpython/blob/main/Lib/pickletools.py
 */
export function unpickle(bytes: Uint8Array): Value {
  const machine = new PickleMachine(bytes);
  let objects = 0;
  for (let steps = 0; ; steps++) {
    if (steps > MOST_STEPS) throw new Error(`its pickle has more than ${MOST_STEPS} opcodes`);
    const opcode = machine.byte();
    if (opcode === STOP) return machine.result();
    if (MAKERS.has(opcode) && ++objects > MOST_OBJECTS) {
      throw new Error(`its pickle makes or keeps more than ${MOST_OBJECTS} lists, tuples, dictionaries and tensors`);
    }
    const run = OPCODES.get(opcode);
    if (!run) {
      const name = OTHER_OPCODES[opcode] ?? 'unknown';
      throw new Error(`its pickle has opcode 0x${opcode.toString(16)} (${name}), which no state dict of tensors needs`);
    }
    run(machine);
  }
}

function findGlobal(name: string): Global {
  const global = GLOBALS.get(name);
  if (global) return global;
  throw new Error(
    `its pickle asks for ${name.slice(0, 200)}, which no state dict of tensors needs; nothing of it was executed. If you ` +
      'trust the file, load it in Python and save only its state_dict()',
  );
}

function reduce(m: PickleMachine): void {
  const args = m.pop();
  const global = m.pop();
  if (!(global instanceof Global) || !global.call || !Array.isArray(args)) throw new Error(DAMAGED);
  m.push(global.call(args));
}

function persistentId(m: PickleMachine): void {
  const id = m.pop();
  if (!Array.isArray(id) || id[0] !== 'storage') throw new Error('its pickle has a persistent id other than a storage');
  const [, type, key, , length] = id;
  const described = type instanceof Global && type.dtype && typeof key === 'string' && typeof length === 'number';
  if (!described) throw new Error('its pickle has a storage without a type, a key and a length');
  m.push(new PickledStorage(type.dtype, key, length));
}

/** Attributes of a dictionary, which are the version numbers of a state dict's layers (_metadata): not needed. */
function build(m: PickleMachine): void {
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

/** The most that a pickle may do, and the most objects that it may make or keep: enough for 25,000 tensors. */
const MOST_STEPS = 2_000_000;
const MOST_OBJECTS = 500_000;

/** The opcodes that make or keep one: MARK, EMPTY_LIST, EMPTY_DICT, those of tuples, REDUCE, BINPERSID and the PUTs. */
const MAKERS: ReadonlySet<number> = new Set([
  ...[0x28, 0x5d, 0x7d, 0x29, 0x85, 0x86, 0x87, 0x74, 0x52, 0x51],
  ...[0x71, 0x72],
]);

const OPCODES: ReadonlyMap<number, (m: PickleMachine) => void> = new Map<number, (m: PickleMachine) => void>([
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
