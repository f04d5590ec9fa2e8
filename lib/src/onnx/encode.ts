import { create, type DescMessage, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { ParameterError } from '../errors.js';
import { isFolder, pathOf } from '../files.js';
import { libraryVersion } from '../library-version.js';
import type { GraphScope, Initializer } from './graph.js';
import { fieldNumber, messageType, TENSOR_TYPES } from './schema.js';

/** The first version of the file format for a version of the operators. */
const IR_VERSIONS: readonly (readonly [opset: number, version: number])[] = [
  [25, 12],
  [23, 11],
  [21, 10],
  [19, 9],
  [17, 8],
];

/** Protocol Buffers count bytes in 31 bits. */
const MOST_BYTES = 2 ** 31 - 1;

/** @throws ParameterError where there can be no file of that name */
export async function requireFilePath(file: string): Promise<void> {
  if (typeof file !== 'string' || !file) throw new ParameterError(`file is '${file}'; give the path of a file`);
  if (await isFolder(pathOf(file)))
    throw new ParameterError(`file is '${file}', a folder; give the path of a file in it`);
}

/** @throws ParameterError for tensors of so many bytes that no file of ONNX can hold them */
export function requireRoom(bytes: number): void {
  if (bytes <= MOST_BYTES) return;
  const gigabytes = (bytes / 1e9).toFixed(1);
  throw new ParameterError(
    `the model has ${gigabytes} GB of weights, and a file of ONNX holds 2.1 GB at most; give dtype: 'float16' or 'int8'`,
  );
}

/**
 * A file of ONNX, in pieces: its tensors are not copied.
 *
 * @param metadata - texts by their names
 * @throws ParameterError where it has more bytes than a file of ONNX can have
 */
export function encodeOnnx(graph: GraphScope, name: string, metadata: Readonly<Record<string, string>>): Uint8Array[] {
  const { graph: message, initializers } = graph.finish(name);
  const irVersion = IR_VERSIONS.find(([opset]) => graph.opset >= opset)![1];
  const head = serialized(messageType('ModelProto'), {
    irVersion: BigInt(irVersion),
    producerName: 'onpa',
    producerVersion: libraryVersion(),
    opsetImport: [{ domain: '', version: BigInt(graph.opset) }],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  });
  const tensors = initializers.flatMap((tensor) =>
    field('GraphProto', 'initializer', [
      serialized(messageType('TensorProto'), described(tensor)),
      ...field('TensorProto', 'raw_data', [tensor.bytes]),
    ]),
  );
  const pieces = [head, ...field('ModelProto', 'graph', [serialized(messageType('GraphProto'), message), ...tensors])];
  requireRoom(sizeOf(pieces));
  return pieces;
}

const described = ({ name, type, shape }: Initializer): Record<string, unknown> => ({
  name,
  dataType: TENSOR_TYPES[type],
  dims: shape.map(BigInt),
});

const serialized = (type: DescMessage, values: object): Uint8Array =>
  toBinary(type, create(type, values as Record<string, unknown>));

/** A field whose content is in pieces: its number and its length before them. */
function field(message: string, name: string, content: Uint8Array[]): Uint8Array[] {
  const head = new BinaryWriter().tag(fieldNumber(message, name), WireType.LengthDelimited).uint32(sizeOf(content));
  return [head.finish(), ...content];
}

const sizeOf = (pieces: readonly Uint8Array[]): number => pieces.reduce((sum, { length }) => sum + length, 0);
