import type { CodeType, FloatType, WeightType } from './checkpoint.ts';

const FLOAT_TYPES: readonly WeightType[] = [
  'float32',
  'float64',
  'float16',
  'bfloat16',
] satisfies readonly FloatType[];

/**
 * The type whose rounding the decoded values carry: that of the tensor, and float32 for codes, which are
 * multiplied by their scale in it. The error of quantising is another matter (`storedRounding`).
 */
export function decodedType(dtype: WeightType): FloatType {
  return isFloat(dtype) ? dtype : 'float32';
}

function isFloat(dtype: FloatType | CodeType): dtype is FloatType {
  return FLOAT_TYPES.includes(dtype);
}
