import { float16Value } from '../checkpoint/smallFloats.ts';

/** Element types that both a model's inputs and the files of inputs can have. */
export const TENSOR_TYPES = [
  'float32',
  'float64',
  'float16',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'bool',
] as const;

export type TensorType = (typeof TENSOR_TYPES)[number];

/** Values in row-major order; float16 as its 16 bits, bool as 0 and 1. */
export type TensorValues =
  | Float32Array
  | Float64Array
  | Uint16Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint32Array
  | BigUint64Array;

/** A tensor of numbers as plain data: it travels between processes as it is. */
export interface NumberTensor {
  readonly type: TensorType;
  readonly shape: readonly number[];
  readonly values: TensorValues;
}

/** A tensor of text: only models give these out, and they are compared for equality. */
export interface TextTensor {
  readonly type: 'string';
  readonly shape: readonly number[];
  readonly values: readonly string[];
}

export type TensorData = NumberTensor | TextTensor;

type ArrayOf = new (length: number) => TensorValues;

const ARRAYS: Readonly<Record<TensorType, ArrayOf & { readonly BYTES_PER_ELEMENT: number }>> = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
};

export function isTensorType(name: string): name is TensorType {
  return Object.hasOwn(ARRAYS, name);
}

export function elementBytes(type: TensorType): number {
  return ARRAYS[type].BYTES_PER_ELEMENT;
}

/** Zeros of that type. */
export function newValues(type: TensorType, length: number): TensorValues {
  return new ARRAYS[type](length);
}

/** Little-endian elements, copied so that they are aligned. `bytes` is a whole number of elements. */
export function valuesOf(type: TensorType, bytes: Uint8Array): TensorValues {
  const values = newValues(type, bytes.length / elementBytes(type));
  new Uint8Array(values.buffer).set(bytes);
  return values;
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((all, each) => all * each, 1);
}

export function shapeText(shape: readonly (number | string)[]): string {
  return shape.length === 0 ? 'no axes (one value)' : `[${shape.join(', ')}]`;
}

/** The values as float64; 64-bit integers beyond 2^53 as the nearest. */
export function asFloat64({ type, values }: NumberTensor): Float64Array {
  if (type === 'float16')
    return Float64Array.from(values as Uint16Array, (bits) => float16Value(bits));
  if (values instanceof Float64Array) return values;
  if (values instanceof BigInt64Array || values instanceof BigUint64Array)
    return Float64Array.from({ length: values.length }, (_, k) => Number(values[k]));
  return Float64Array.from(values);
}
