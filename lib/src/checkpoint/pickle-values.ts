import type { DType } from './dtype.js';

/** What the pickle of a state dict is made of. A tuple is an array, a dictionary a Map, None null. */
export type Value =
  | null
  | boolean
  | number
  | string
  | readonly Value[]
  | Map<Value, Value>
  | PickleList
  | Global
  | PickledObject
  | PickledStorage
  | PickledTensor;

/** A list, of which only its being one matters. */
export class PickleList {}

/** A name of Python's that a state dict may ask for, and what is done in its place. */
export class Global {
  /** The numbers that a type of storage, or a dtype, stands for. */
  readonly dtype: DType | undefined;
  readonly call: ((args: readonly Value[]) => Value) | undefined;

  constructor(
    readonly name: string,
    { dtype, call }: Pick<Partial<Global>, 'dtype' | 'call'>,
  ) {
    this.dtype = dtype;
    this.call = call;
  }
}

/** Something of Python's that lies beside tensors, a set, a device: of it only its type matters. */
export class PickledObject {
  constructor(readonly type: string) {}
}

/** The numbers of one or several tensors: the archive's entry `data/<key>`. */
export class PickledStorage {
  /** @param length - how many numbers of this dtype it has */
  constructor(
    readonly dtype: DType,
    readonly key: string,
    readonly length: number,
  ) {}
}

/** A view of a storage, as the file describes it: not checked yet. */
export class PickledTensor {
  readonly storage: Value;
  /** In numbers, not bytes, as are the strides. */
  readonly offset: Value;
  readonly shape: Value;
  readonly strides: Value;
  /** A conjugated or negated view, of which the numbers in the file are not yet its own. */
  readonly lazy: boolean;

  /** @param dtype - where it is not the storage's */
  constructor(
    args: readonly Value[],
    readonly dtype: DType | undefined,
    metadata: Value | undefined,
  ) {
    [this.storage, this.offset, this.shape, this.strides] = args;
    this.lazy = metadata instanceof Map && metadata.size > 0;
  }
}

const STORAGES: Readonly<Record<string, DType>> = {
  'torch.DoubleStorage': 'F64',
  'torch.FloatStorage': 'F32',
  'torch.HalfStorage': 'F16',
  'torch.BFloat16Storage': 'BF16',
  'torch.LongStorage': 'I64',
  'torch.IntStorage': 'I32',
  'torch.ShortStorage': 'I16',
  'torch.CharStorage': 'I8',
  'torch.ByteStorage': 'U8',
  'torch.BoolStorage': 'BOOL',
  'torch.storage.UntypedStorage': 'U8',
};

/** The dtypes that have no storage of their own. */
const UNTYPED: Readonly<Record<string, DType>> = {
  'torch.uint16': 'U16',
  'torch.uint32': 'U32',
  'torch.uint64': 'U64',
};

/** The other dtypes that may lie beside tensors: only their names. */
const DTYPE_NAMES: readonly string[] = ['float64', 'float32', 'float16', 'bfloat16', 'complex64', 'complex128']
  .concat(['int64', 'int32', 'int16', 'int8', 'uint8', 'bool', 'strided'])
  .map((name) => `torch.${name}`);

/** What may be made beside tensors, as torch.load(weights_only=True) allows it. */
const OTHERS: readonly string[] = ['set', 'frozenset', 'complex', 'bytearray']
  .flatMap((name) => [`__builtin__.${name}`, `builtins.${name}`])
  .concat(['torch.Size', 'torch.device', 'torch.serialization._get_layout', 'collections.Counter', '_codecs.encode']);

const FUNCTIONS: Readonly<Record<string, (args: readonly Value[]) => Value | undefined>> = {
  'collections.OrderedDict': (args) => (args.length === 0 ? new Map() : undefined),
  // (storage, offset, shape, strides, requires_grad, hooks, metadata?)
  'torch._utils._rebuild_tensor_v2': (args) =>
    args.length === 6 || args.length === 7 ? new PickledTensor(args, undefined, args[6]) : undefined,
  // (storage, offset, shape, strides, requires_grad, hooks, dtype, metadata?)
  'torch._utils._rebuild_tensor_v3': (args) => {
    const dtype = args[6];
    const fits = (args.length === 7 || args.length === 8) && dtype instanceof Global && dtype.name in UNTYPED;
    return fits ? new PickledTensor(args, dtype.dtype, args[7]) : undefined;
  },
  // (tensor, requires_grad, hooks)
  'torch._utils._rebuild_parameter': (args) => tensorOf(args, 3),
  // (tensor, requires_grad, hooks, attributes)
  'torch._utils._rebuild_parameter_with_state': (args) => tensorOf(args, 4),
};

const tensorOf = (args: readonly Value[], length: number): PickledTensor | undefined =>
  args.length === length && args[0] instanceof PickledTensor ? args[0] : undefined;

/** All of Python's names that a state dict may ask for, as `module.name`. */
export const GLOBALS: ReadonlyMap<string, Global> = new Map(
  [
    ...Object.entries({ ...STORAGES, ...UNTYPED }).map(([name, dtype]) => new Global(name, { dtype })),
    ...DTYPE_NAMES.map((name) => new Global(name, {})),
    ...OTHERS.map((name) => new Global(name, { call: () => new PickledObject(name) })),
    ...Object.entries(FUNCTIONS).map(([name, run]) => new Global(name, { call: (args) => checked(name, run(args)) })),
  ].map((global) => [global.name, global]),
);

function checked(name: string, result: Value | undefined): Value {
  if (result === undefined) throw new Error(`its pickle calls ${name} with arguments that torch.save never writes`);
  return result;
}
