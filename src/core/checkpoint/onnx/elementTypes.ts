import type { FloatType } from '../checkpoint.ts';

export interface ElementType {
  readonly name: string;
  /** Bits of one element in raw_data; undefined for strings and unknown types. */
  readonly bits: number | undefined;
  /** Set where values are decoded. */
  readonly float?: FloatType;
  /** Why a tensor of this type is not analyzed. */
  readonly reason: string;
}

const INTEGERS = 'integers such as indices or shapes, not weights';
const QUANTISED = 'quantised values that nothing here takes as weights';
const TINY = 'numbers of a format that is not analyzed in this version';

/** TensorProto.DataType of ONNX 1.19. */
const ELEMENT_TYPES: Readonly<Record<number, ElementType>> = {
  1: { name: 'float32', bits: 32, float: 'float32', reason: '' },
  2: { name: 'uint8', bits: 8, reason: INTEGERS },
  3: { name: 'int8', bits: 8, reason: INTEGERS },
  4: { name: 'uint16', bits: 16, reason: INTEGERS },
  5: { name: 'int16', bits: 16, reason: INTEGERS },
  6: { name: 'int32', bits: 32, reason: INTEGERS },
  7: { name: 'int64', bits: 64, reason: INTEGERS },
  8: { name: 'string', bits: undefined, reason: 'text, not weights' },
  9: { name: 'bool', bits: 8, reason: 'true and false, not weights' },
  10: { name: 'float16', bits: 16, float: 'float16', reason: '' },
  11: { name: 'float64', bits: 64, float: 'float64', reason: '' },
  12: { name: 'uint32', bits: 32, reason: INTEGERS },
  13: { name: 'uint64', bits: 64, reason: INTEGERS },
  14: { name: 'complex64', bits: 64, reason: 'complex numbers, which are not analyzed' },
  15: { name: 'complex128', bits: 128, reason: 'complex numbers, which are not analyzed' },
  16: { name: 'bfloat16', bits: 16, float: 'bfloat16', reason: '' },
  17: { name: 'float8e4m3fn', bits: 8, reason: QUANTISED },
  18: { name: 'float8e4m3fnuz', bits: 8, reason: QUANTISED },
  19: { name: 'float8e5m2', bits: 8, reason: QUANTISED },
  20: { name: 'float8e5m2fnuz', bits: 8, reason: QUANTISED },
  21: { name: 'uint4', bits: 4, reason: QUANTISED },
  22: { name: 'int4', bits: 4, reason: QUANTISED },
  23: { name: 'float4e2m1', bits: 4, reason: TINY },
  24: { name: 'float8e8m0', bits: 8, reason: TINY },
  25: { name: 'uint2', bits: 2, reason: QUANTISED },
  26: { name: 'int2', bits: 2, reason: QUANTISED },
};

export function elementType(dataType: number): ElementType {
  const known = Object.hasOwn(ELEMENT_TYPES, dataType) ? ELEMENT_TYPES[dataType] : undefined;
  if (known) return known;
  if (dataType === 0)
    return { name: 'undefined', bits: undefined, reason: 'its element type is not given' };
  return {
    name: `type ${dataType}`,
    bits: undefined,
    reason: `its element type ${dataType} is not known to this version`,
  };
}
