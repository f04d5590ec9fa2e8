import { existsSync } from 'node:fs';
import { join } from 'node:path';
import util from 'node:util';
import type * as tfjs from '@tensorflow/tfjs';
import { SetupError } from '../errors.js';
import { setupCommand } from '../setup-command.js';
import { releaseLibraryPages } from './library-pages.js';

/** Writes a file of events for TensorBoard. */
interface SummaryFileWriter {
  scalar(name: string, value: tfjs.Scalar | number, step: number): void;
  flush(): void;
}

/** TensorFlow.js, and of what tfjs-node adds to it the part that is used here. */
export type TensorFlow = typeof tfjs & { node: { summaryFileWriter(folder: string): SummaryFileWriter } };

/** Where set-up puts tfjs-node and links it. */
const LINKED = join(__dirname, '..', '..', 'deps', 'tfjs-node-gpu');

let loaded: TensorFlow | undefined;

function load(): TensorFlow {
  if (loaded) return loaded;
  // tfjs-node 4.22 calls both; Node 22 warns about them, Node 23 has neither.
  Object.assign(util, {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: Array.isArray,
  });
  // TensorFlow's notes on CPU features and missing GPUs are not a notebook's output.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  try {
    // A copy, since a chain of getters stands before each function of the original.
    loaded = { ...(require(LINKED) as TensorFlow) };
    Object.assign(loaded.Tensor.prototype, { [util.inspect.custom]: shown });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    const wrong = existsSync(LINKED) ? `does not load (${reason})` : 'is not linked';
    throw new SetupError(`TensorFlow, which models compute with, ${wrong}: run ${setupCommand()}, then start again`, {
      cause,
    });
  }
  releaseLibraryPages();
  return loaded;
}

/** A tensor where it is printed: its numbers, where TensorFlow.js has the fields of the object. */
function shown(this: tfjs.Tensor): string {
  return this.isDisposed ? `Tensor(${this.shape.join(', ')}), disposed` : this.toString(true);
}

/**
 * The TensorFlow.js namespace on the native library, backend `tensorflow`.
 *
 * It is loaded at the first access, which takes about a second: a program that imports only the audio functions of
 * onpa never waits for it.
 *
 * @throws SetupError at the first access where the native library is not linked.
 * @example
 * ```ts
 * tf.tidy(() => tf.matMul(tf.ones([2, 3]), tf.ones([3, 2])).print());
 * ```
 */
export const tf: TensorFlow = new Proxy({} as TensorFlow, {
  get: (_, key) => Reflect.get(load(), key),
  has: (_, key) => Reflect.has(load(), key),
  ownKeys: () => Reflect.ownKeys(load()),
  // The target is empty, and a proxy may not call a property fixed that its target lacks.
  getOwnPropertyDescriptor: (_, key) => {
    const descriptor = Reflect.getOwnPropertyDescriptor(load(), key);
    return descriptor && { ...descriptor, configurable: true };
  },
});

/** The types that go with {@link tf}: `tf.Tensor2D` names a type where `tf.tensor2d` makes a value. */
export declare namespace tf {
  type Tensor<R extends tfjs.Rank = tfjs.Rank> = tfjs.Tensor<R>;
  type Scalar = tfjs.Scalar;
  type Tensor1D = tfjs.Tensor1D;
  type Tensor2D = tfjs.Tensor2D;
  type Tensor3D = tfjs.Tensor3D;
  type Tensor4D = tfjs.Tensor4D;
  type TensorLike = tfjs.TensorLike;
  type Variable<R extends tfjs.Rank = tfjs.Rank> = tfjs.Variable<R>;
  type Optimizer = tfjs.Optimizer;
  type NamedTensorMap = tfjs.NamedTensorMap;
  type Rank = tfjs.Rank;
}

type AttributeType = 'TF_ATTR_TYPE' | 'TF_ATTR_BOOL' | 'TF_ATTR_INT' | 'TF_ATTR_SHAPE' | 'TF_ATTR_STRING';

/** What tfjs-node's backend has beside its public type: the native C library behind its `binding`. */
interface NativeBackend {
  isUsingGpuDevice: boolean;
  binding: Record<AttributeType | 'TF_FLOAT' | 'TF_INT32', number> & {
    TF_Version: string;
    loadSavedModel(folder: string, tags: string): number;
    deleteSavedModel(id: number): void;
  };
  executeMultipleOutputs(op: string, attributes: object[], inputs: tf.Tensor[], outputs: number): tf.Tensor[];
  runSavedModel(id: number, inputs: tf.Tensor[], infos: { name: string }[], outputs: string[]): tf.Tensor[];
}

/** The backend that {@link tf} computes on. */
export const nativeBackend = (): NativeBackend => load().backend() as unknown as NativeBackend;

/** The path of TensorFlow's library. */
export const nativeLibrary = (): string => join(LINKED, 'deps', 'lib', 'libtensorflow.so');

/** Whether NVIDIA's libraries are linked beside TensorFlow. */
export const hasCuda = (): boolean => existsSync(join(LINKED, 'deps', 'nvidia'));

/** The version of the TensorFlow library that {@link tf} runs on, for example `2.21.0`. */
export const tensorflowVersion = (): string => nativeBackend().binding.TF_Version;
