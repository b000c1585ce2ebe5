import {
  elementBytes,
  elementCount,
  newValues,
  valuesOf,
  type NumberTensor,
  type TensorType,
  type TensorValues,
} from './tensorData.ts';
import { inputsError } from './verifyError.ts';
import { VERIFY_LIMITS } from './verifyLimits.ts';

const TYPES: Readonly<Record<string, TensorType>> = {
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  u1: 'uint8',
  u2: 'uint16',
  u4: 'uint32',
  u8: 'uint64',
  b1: 'bool',
};

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** Byte order, kind and size; `|` where the order means nothing. */
const DESCRIPTION = /'descr'\s*:\s*'([<>|=])([fiub])(\d{1,2})'/;
const ORDER = /'fortran_order'\s*:\s*(True|False)/;
const SHAPE = /'shape'\s*:\s*\(([\d,\sL]*)\)/;

/**
 * One array of NumPy's `.npy` format, versions 1 to 3, of plain numbers in either byte order; a Fortran-ordered
 * one is turned row-major. `what` names the array in messages. Throws VerifyError (`inputs`) for anything
 * else, and where the bytes are not exactly those of its shape.
 *
 * Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function readNpy(bytes: Uint8Array, what: string): NumberTensor {
  if (bytes.length < 10 || MAGIC.some((byte, k) => bytes[k] !== byte))
    throw inputsError(
      `${what} is not a NumPy array: it does not begin with NumPy's mark. Write it with numpy.save or numpy.savez.`,
    );
  const { header, start } = headerOf(bytes, what);
  const { type, bigEndian } = typeIn(header, what);
  const fortran = ORDER.exec(header)?.[1];
  const shape = shapeIn(header, what);
  if (fortran === undefined)
    throw inputsError(`${what}: its NumPy header has no 'fortran_order'; write it again.`);
  const expected = elementCount(shape) * elementBytes(type);
  const found = bytes.length - start;
  if (expected !== found)
    throw inputsError(
      `${what}: its shape [${shape.join(', ')}] of ${type} needs ${expected} bytes, but ${found} follow the header. The file is cut off or damaged; write it again.`,
    );
  const body = bytes.subarray(start);
  const values = valuesOf(type, bigEndian ? swapped(body, elementBytes(type)) : body);
  return { type, shape, values: fortran === 'True' ? rowMajor(type, shape, values) : values };
}

function headerOf(bytes: Uint8Array, what: string): { header: string; start: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6]!;
  if (version < 1 || version > 3)
    throw inputsError(
      `${what} is of version ${version} of NumPy's format; versions 1 to 3 are read.`,
    );
  const lengthBytes = version === 1 ? 2 : 4;
  if (bytes.length < 8 + lengthBytes) throw inputsError(`${what} is cut off within its header.`);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const start = 8 + lengthBytes + length;
  if (length > VERIFY_LIMITS.npyHeaderBytes || start > bytes.length)
    throw inputsError(
      `${what} declares a header of ${length} bytes; at most ${VERIFY_LIMITS.npyHeaderBytes} are read, and the file has ${bytes.length}. It is cut off or damaged.`,
    );
  return { header: new TextDecoder().decode(bytes.subarray(start - length, start)), start };
}

function typeIn(header: string, what: string): { type: TensorType; bigEndian: boolean } {
  const [, order, kind = '', size = ''] = DESCRIPTION.exec(header) ?? [];
  const type = Object.hasOwn(TYPES, `${kind}${size}`) ? TYPES[`${kind}${size}`] : undefined;
  if (!type) {
    const given = /'descr'\s*:\s*([^\n]{1,60}?)(?:,\s*'|\})/.exec(header)?.[1] ?? 'none';
    throw inputsError(
      `${what} has elements of NumPy's type ${given}; float16 to float64, integers of 8 to 64 bits and bool are read. Convert it with .astype().`,
    );
  }
  return { type, bigEndian: order === '>' };
}

function shapeIn(header: string, what: string): readonly number[] {
  const text = SHAPE.exec(header)?.[1];
  if (text === undefined)
    throw inputsError(`${what}: its NumPy header has no 'shape' that can be read.`);
  const shape = text
    .split(',')
    .map((part) => part.trim().replace(/L$/, ''))
    .filter((part) => part !== '')
    .map(Number);
  if (shape.length > VERIFY_LIMITS.axes || !shape.every((each) => Number.isSafeInteger(each)))
    throw inputsError(`${what} has the shape (${text.slice(0, 80)}), which no array can have.`);
  if (!Number.isSafeInteger(elementCount(shape)))
    throw inputsError(`${what} declares more values than can be counted: [${shape.join(', ')}].`);
  return shape;
}

function swapped(bytes: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; at += size)
    for (let k = 0; k < size; k++) out[at + k] = bytes[at + size - 1 - k]!;
  return out;
}

/** The first axis of a Fortran-ordered array is the one that varies fastest. */
function rowMajor(type: TensorType, shape: readonly number[], values: TensorValues): TensorValues {
  const out = newValues(type, values.length);
  const index = shape.map(() => 0);
  const strides = shape.map((_, axis) => elementCount(shape.slice(0, axis)));
  let from = 0;
  for (let to = 0; to < values.length; to++) {
    out[to] = values[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}
