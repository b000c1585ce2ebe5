import type { CodeStorage, DenseStorage, QuantisedStorage } from './checkpoint.ts';
import { codeValues } from './codeValues.ts';
import type { OpenReader } from './rangeReader.ts';
import { float8Step, isFloat8 } from './smallFloats.ts';

/** How dense tensors are read: the scales, and zero points that are no codes. */
export type ReadDense = (storage: DenseStorage, openReader: OpenReader) => Float64Array;

/**
 * The weights that quantised values stand for, `(code - zero point) * scale`, in row-major order. The
 * products are exact; a runtime rounds them to the type of the scale.
 *
 * https://onnx.ai/onnx/operators/onnx__DequantizeLinear.html
 */
export function quantisedValues(
  storage: QuantisedStorage,
  readDense: ReadDense,
  openReader: OpenReader,
): Float64Array {
  const values = codeValues(storage.codes, openReader);
  const scales = storage.scale && readDense(storage.scale, openReader);
  const zeros = storage.zero && zeroValues(storage.zero, readDense, openReader);
  const place = scalePlace(storage);
  for (let k = 0; k < values.length; k++) {
    const at = place(k);
    const zero = zeros ? zeros[at]! : storage.zeroDefault;
    values[k] = (values[k]! - zero) * (scales ? scales[at]! : 1);
  }
  return values;
}

/** The distance of each weight to the next that its codes can stand for; what lies between them was rounded away. */
export function quantisedSteps(
  storage: QuantisedStorage,
  readDense: ReadDense,
  openReader: OpenReader,
): Float64Array {
  const scales = storage.scale && readDense(storage.scale, openReader);
  const place = scalePlace(storage);
  const { type } = storage.codes;
  const codes = isFloat8(type) ? codeValues(storage.codes, openReader) : undefined;
  return Float64Array.from({ length: storage.elements }, (_, k) => {
    const own = codes && isFloat8(type) ? float8Step(type, codes[k]!) : 1;
    return own * Math.abs(scales ? scales[place(k)]! : 1);
  });
}

function zeroValues(
  zero: CodeStorage | DenseStorage,
  readDense: ReadDense,
  openReader: OpenReader,
): Float64Array {
  return 'row' in zero ? codeValues(zero, openReader) : readDense(zero, openReader);
}

/** Which scale an element has. */
function scalePlace({ scales }: QuantisedStorage): (element: number) => number {
  switch (scales.kind) {
    case 'one':
      return () => 0;
    case 'axis': {
      const { length, inner } = scales;
      return (element) => Math.floor(element / inner) % length;
    }
    case 'block': {
      const { length, inner, block } = scales;
      const blocks = Math.ceil(length / block);
      return (element) => {
        const outer = Math.floor(element / (length * inner));
        const along = Math.floor(element / inner) % length;
        return (outer * blocks + Math.floor(along / block)) * inner + (element % inner);
      };
    }
  }
}
