import {
  asFloat64,
  isTensorType,
  newValues,
  shapeText,
  type NumberTensor,
  type TensorType,
  type TensorValues,
} from './tensorData.ts';
import type { ModelValue } from './modelRunner.ts';
import { inputsError } from './verifyError.ts';

const FLOATS: ReadonlySet<TensorType> = new Set(['float16', 'float32', 'float64']);

/** Bits and sign of the integers; bool holds 0 and 1. */
const RANGES: Readonly<Partial<Record<TensorType, readonly [min: number, max: number]>>> = {
  int8: [-128, 127],
  int16: [-32768, 32767],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint8: [0, 255],
  uint16: [0, 65535],
  uint32: [0, 2 ** 32 - 1],
  int64: [-(2 ** 63), 2 ** 63],
  uint64: [0, 2 ** 64],
  bool: [0, 1],
};

/**
 * An array in the element type that the input takes: floats of any width and integers become floats, integers
 * become integers of another width where every value fits. A float never becomes an integer. Throws
 * VerifyError (`inputs`) naming both types.
 */
export function fittedType(tensor: NumberTensor, input: ModelValue, what: string): NumberTensor {
  const { type, shape } = tensor;
  const wanted = input.type;
  if (type === wanted) return tensor;
  if (!isTensorType(wanted) || wanted === 'float16')
    throw inputsError(`${what} is of ${type}, but the input '${input.name}' takes ${wanted}.`);
  const range = RANGES[wanted];
  if (range && FLOATS.has(type))
    throw inputsError(
      `${what} is of ${type}, but the input '${input.name}' takes ${wanted}. Write it as integers, such as array.astype("${wanted}").`,
    );
  const { values } = tensor;
  if (range) {
    const bad = firstOutside(values, range);
    if (bad !== undefined)
      throw inputsError(
        `${what} holds ${bad}, which ${wanted} cannot hold; the input '${input.name}' takes ${wanted}.`,
      );
  }
  const out = newValues(wanted, values.length);
  if (out instanceof BigInt64Array || out instanceof BigUint64Array)
    for (let k = 0; k < out.length; k++) out[k] = BigInt(values[k]!);
  else (out as Float64Array).set(asFloat64(tensor));
  return { type: wanted, shape, values: out };
}

function firstOutside(
  values: TensorValues,
  [min, max]: readonly [number, number],
): string | undefined {
  for (const value of values) if (value < min || value > max) return String(value);
  return undefined;
}

/** Entry `index` along the first axis of an array; with `keepAxis` that axis stays, of length 1. */
export function entryOf(tensor: NumberTensor, index: number, keepAxis: boolean): NumberTensor {
  const [first = 1, ...rest] = tensor.shape;
  const size = tensor.values.length / Math.max(1, first);
  const values = tensor.values.slice(index * size, (index + 1) * size);
  return { type: tensor.type, shape: keepAxis ? [1, ...rest] : rest, values };
}

/** Throws VerifyError (`inputs`) where a shape is not one that the input takes; `lengths` collects the symbolic ones. */
export function checkShape(
  tensor: NumberTensor,
  input: ModelValue,
  lengths: Map<string, number>,
  what: string,
): void {
  const refuse = (why: string): never => {
    throw inputsError(
      `${what} has the shape ${shapeText(tensor.shape)}, but the input '${input.name}' takes ${shapeText(input.shape)}: ${why}.`,
    );
  };
  if (tensor.shape.length !== input.shape.length)
    refuse(`${input.shape.length} axes are expected, or one more whose entries are samples`);
  input.shape.forEach((expected, axis) => {
    const found = tensor.shape[axis]!;
    if (typeof expected === 'number') {
      if (found !== expected) refuse(`axis ${axis} must be ${expected}, not ${found}`);
      return;
    }
    const known = lengths.get(expected);
    if (known !== undefined && known !== found)
      refuse(`'${expected}' is ${known} in another input and ${found} here`);
    lengths.set(expected, found);
  });
}
