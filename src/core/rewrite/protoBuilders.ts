import {
  ATTRIBUTE,
  DIMENSION,
  KEY_VALUE,
  NODE,
  OPERATOR_SET,
  TENSOR,
  TENSOR_SHAPE,
  TENSOR_TYPE,
  VALUE_TYPE,
} from '../checkpoint/onnx/messageShapes.ts';
import { bytesPiece, totalLength, type Piece } from './piece.ts';
import { fieldNumber, fieldsOf, joined, lengthField, lengthHeader } from './wire.ts';

const tensorFields = fieldsOf(TENSOR);
const nodeFields = fieldsOf(NODE);
const attributeFields = fieldsOf(ATTRIBUTE);

/** A tensor to be written: its values are made when they are. */
export interface NewTensor {
  readonly name: string;
  readonly dataType: number;
  readonly dims: readonly number[];
  /** Bytes of raw_data. */
  readonly length: number;
  readonly make: () => Uint8Array;
}

export interface NewOperator {
  readonly op: string;
  readonly domain?: string;
  /** A number is an int attribute, a list ints. */
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

export interface NewNode extends NewOperator {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Where the values of a tensor lie in a file of external data. */
export interface ExternalPlace {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

/** TensorProto.DataLocation */
const EXTERNAL = 1;

/** AttributeProto.AttributeType */
const INT = 2;
const TENSOR_ATTRIBUTE = 4;
const INTS = 7;

/** The content of a TensorProto. */
export function tensorMessage(tensor: NewTensor, external?: ExternalPlace): readonly Piece[] {
  const head = joined(
    ...tensor.dims.map((length) => tensorFields.integer('dims', length)),
    tensorFields.integer('data_type', tensor.dataType),
    tensorFields.bytes('name', tensor.name),
  );
  if (external) return [bytesPiece(joined(head, externalFields(external)))];
  const { length, make } = tensor;
  return [
    bytesPiece(joined(head, lengthHeader(fieldNumber(TENSOR, 'raw_data'), length))),
    { kind: 'made', length, make },
  ];
}

/** The fields that say where the values of a tensor lie. */
export function externalFields({ location, offset, length }: ExternalPlace): Uint8Array {
  const entry = fieldsOf(KEY_VALUE);
  const pairs = { location, offset: String(offset), length: String(length) };
  return joined(
    ...Object.entries(pairs).map(([key, value]) =>
      tensorFields.bytes(
        'external_data',
        joined(entry.bytes('key', key), entry.bytes('value', value)),
      ),
    ),
    tensorFields.integer('data_location', EXTERNAL),
  );
}

/** The content of a Constant node that holds a tensor. */
export function constantNode(
  tensor: readonly Piece[],
  name: string,
  output: string,
): readonly Piece[] {
  const content = field(fieldNumber(ATTRIBUTE, 't'), tensor);
  const attribute = [
    bytesPiece(attributeFields.bytes('name', 'value')),
    ...content,
    bytesPiece(attributeFields.integer('type', TENSOR_ATTRIBUTE)),
  ];
  return [
    bytesPiece(
      joined(
        nodeFields.bytes('output', output),
        nodeFields.bytes('name', name),
        nodeFields.bytes('op_type', 'Constant'),
      ),
    ),
    ...field(fieldNumber(NODE, 'attribute'), attribute),
  ];
}

/** The content of a NodeProto. */
export function nodeMessage(node: NewNode): Uint8Array {
  return joined(
    ...node.inputs.map((input) => nodeFields.bytes('input', input)),
    ...node.outputs.map((output) => nodeFields.bytes('output', output)),
    nodeFields.bytes('name', node.name),
    operatorFields(node),
  );
}

/** The fields of a NodeProto that say what it does. */
export function operatorFields({ op, domain, attributes = {} }: NewOperator): Uint8Array {
  return joined(
    nodeFields.bytes('op_type', op),
    ...Object.entries(attributes).map(([name, value]) => attributeField(name, value)),
    ...(domain === undefined ? [] : [nodeFields.bytes('domain', domain)]),
  );
}

function attributeField(name: string, value: number | readonly number[]): Uint8Array {
  const values =
    typeof value === 'number'
      ? [attributeFields.integer('i', value), attributeFields.integer('type', INT)]
      : [
          ...value.map((each) => attributeFields.integer('ints', each)),
          attributeFields.integer('type', INTS),
        ];
  return nodeFields.bytes('attribute', joined(attributeFields.bytes('name', name), ...values));
}

/** A field of `number` with a message of several pieces. */
export function field(number: number, content: readonly Piece[]): readonly Piece[] {
  return [bytesPiece(lengthHeader(number, totalLength(content))), ...content];
}

/** An entry of `opset_import`, its field number being that of the message around it. */
export function operatorSetField(number: number, domain: string, version: number): Uint8Array {
  const fields = fieldsOf(OPERATOR_SET);
  return lengthField(
    number,
    joined(fields.bytes('domain', domain), fields.integer('version', version)),
  );
}

/** A TypeProto of tensors of one element type and one shape. */
export function tensorType(dataType: number, shape: readonly number[]): Uint8Array {
  const [type, tensor] = [fieldsOf(VALUE_TYPE), fieldsOf(TENSOR_TYPE)];
  const [axes, dimension] = [fieldsOf(TENSOR_SHAPE), fieldsOf(DIMENSION)];
  const lengths = shape.map((length) => axes.bytes('dim', dimension.integer('dim_value', length)));
  const content = [
    tensor.integer('elem_type', dataType),
    tensor.bytes('shape', joined(...lengths)),
  ];
  return type.bytes('tensor_type', joined(...content));
}
