import { create, createFileRegistry, type DescMessage } from '@bufbuild/protobuf';
import {
  type FieldDescriptorProto,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FieldDescriptorProtoSchema,
  FileDescriptorProtoSchema,
} from '@bufbuild/protobuf/wkt';

/** The kinds of single values; every other kind in {@link MESSAGES} is a message. */
const KINDS = {
  bytes: FieldDescriptorProto_Type.BYTES,
  float: FieldDescriptorProto_Type.FLOAT,
  int32: FieldDescriptorProto_Type.INT32,
  int64: FieldDescriptorProto_Type.INT64,
  string: FieldDescriptorProto_Type.STRING,
} as const;

/** The messages of ONNX that are written here: each field with its number and its kind; `[]` marks a list. */
const MESSAGES: Readonly<Record<string, Readonly<Record<string, readonly [number: number, kind: string]>>>> = {
  ModelProto: {
    ir_version: [1, 'int64'],
    producer_name: [2, 'string'],
    producer_version: [3, 'string'],
    graph: [7, 'GraphProto'],
    opset_import: [8, 'OperatorSetIdProto[]'],
    metadata_props: [14, 'StringStringEntryProto[]'],
  },
  OperatorSetIdProto: { domain: [1, 'string'], version: [2, 'int64'] },
  StringStringEntryProto: { key: [1, 'string'], value: [2, 'string'] },
  GraphProto: {
    node: [1, 'NodeProto[]'],
    name: [2, 'string'],
    initializer: [5, 'TensorProto[]'],
    input: [11, 'ValueInfoProto[]'],
    output: [12, 'ValueInfoProto[]'],
  },
  NodeProto: {
    input: [1, 'string[]'],
    output: [2, 'string[]'],
    name: [3, 'string'],
    op_type: [4, 'string'],
    attribute: [5, 'AttributeProto[]'],
  },
  AttributeProto: {
    name: [1, 'string'],
    f: [2, 'float'],
    i: [3, 'int64'],
    s: [4, 'bytes'],
    ints: [8, 'int64[]'],
    type: [20, 'int32'],
  },
  TensorProto: { dims: [1, 'int64[]'], data_type: [2, 'int32'], name: [8, 'string'], raw_data: [9, 'bytes'] },
  ValueInfoProto: { name: [1, 'string'], type: [2, 'TypeProto'] },
  TypeProto: { tensor_type: [1, 'TensorTypeProto'] },
  TensorTypeProto: { elem_type: [1, 'int32'], shape: [2, 'TensorShapeProto'] },
  TensorShapeProto: { dim: [1, 'DimensionProto[]'] },
  DimensionProto: { dim_value: [1, 'int64'], dim_param: [2, 'string'] },
};

const registry = createFileRegistry(
  create(FileDescriptorProtoSchema, {
    name: 'onnx.proto',
    package: 'onnx',
    syntax: 'proto2',
    messageType: Object.entries(MESSAGES).map(([name, fields]) => ({
      name,
      field: Object.entries(fields).map(([field, [number, kind]]) => describeField(field, number, kind)),
    })),
  }),
  () => undefined,
);

function describeField(name: string, number: number, kind: string): FieldDescriptorProto {
  const isList = kind.endsWith('[]');
  const single = isList ? kind.slice(0, -2) : kind;
  const label = isList ? FieldDescriptorProto_Label.REPEATED : FieldDescriptorProto_Label.OPTIONAL;
  const type =
    single in KINDS
      ? { type: KINDS[single as keyof typeof KINDS] }
      : { type: FieldDescriptorProto_Type.MESSAGE, typeName: `.onnx.${single}` };
  return create(FieldDescriptorProtoSchema, { name, number, label, ...type });
}

/** How Protocol Buffers write a message of ONNX; its fields are camelCase in objects. */
export function messageType(name: 'ModelProto' | 'GraphProto' | 'TensorProto'): DescMessage {
  return registry.getMessage(`onnx.${name}`)!;
}

/** The number of a field of such a message. */
export const fieldNumber = (message: string, field: string): number => MESSAGES[message][field][0];

/** Types of tensors, by ONNX's numbers. */
export const TENSOR_TYPES = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, float16: 10 } as const;

/** The name of such a type. */
export type TensorType = keyof typeof TENSOR_TYPES;

/** How many bytes a number of a type takes. */
export const BYTES: Readonly<Record<TensorType, number>> = {
  float32: 4,
  uint8: 1,
  int8: 1,
  int32: 4,
  int64: 8,
  bool: 1,
  float16: 2,
};

/** Types of attributes, by ONNX's numbers. */
export const ATTRIBUTE_TYPES = { float: 1, int: 2, string: 3, ints: 7 } as const;
