import type { TapForm } from '../rewrite/inputTaps.ts';
import { asFloat64, shapeText, type NumberTensor } from '../verify/tensorData.ts';
import { patchCount, patchPlan, readPatch } from './convolutionPatches.ts';

/** The vectors that a tensor holds, to be read one at a time. */
export interface ActivationVectors {
  readonly count: number;
  readonly length: number;
  /** Fills `target` (of `length`) with vector `index`. */
  readonly read: (index: number, target: Float64Array) => void;
}

/** Throws RangeError for a tensor that does not have vectors of that length: a fault of ours. */
export function activationVectors(
  tensor: NumberTensor,
  form: Exclude<TapForm, { kind: 'look-ups' }>,
  length: number,
): ActivationVectors {
  const vectors = form.kind === 'patches' ? patches(tensor, form) : alongAxis(tensor, form.axis);
  if (vectors.length !== length)
    throw new RangeError(
      `a tensor of shape ${shapeText(tensor.shape)} holds vectors of ${vectors.length} where ${length} are expected`,
    );
  return vectors;
}

/** A tensor of one axis is one vector whichever axis is meant (as MatMul takes it). */
function alongAxis(tensor: NumberTensor, fromEnd: 1 | 2): ActivationVectors {
  const { shape } = tensor;
  const values = asFloat64(tensor);
  const inner = fromEnd === 2 && shape.length > 1 ? shape.at(-1)! : 1;
  const length = shape.at(shape.length > 1 ? -fromEnd : -1) ?? 1;
  return {
    count: length === 0 ? 0 : values.length / length,
    length,
    read: (index, target) => {
      const start = Math.floor(index / inner) * length * inner + (index % inner);
      for (let k = 0; k < length; k++) target[k] = values[start + k * inner]!;
    },
  };
}

function patches(
  tensor: NumberTensor,
  { kernel, geometry }: Extract<TapForm, { kind: 'patches' }>,
): ActivationVectors {
  const values = asFloat64(tensor);
  const plan = patchPlan(tensor.shape, kernel, geometry);
  const each = patchCount(plan);
  const batch = tensor.shape[0] ?? 0;
  const size = batch === 0 ? 0 : values.length / batch;
  return {
    count: batch * each,
    length: plan.channels * kernel.reduce((all, one) => all * one, 1),
    read: (index, target) =>
      readPatch(values, Math.floor(index / each) * size, plan, index % each, target),
  };
}
