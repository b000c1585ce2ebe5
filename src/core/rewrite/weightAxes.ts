import type { Weight } from '../checkpoint/checkpoint.ts';

/** The axes of a stored weight that its outputs and its inputs lie along. */
export interface WeightAxes {
  readonly output: number;
  readonly input: number;
}

/**
 * Of matrices (also a batch of them) and kernels; undefined where several axes are joined. Of a table the
 * rows are the outputs: one is looked up at a time, and its own values belong together.
 */
export function weightAxes(weight: Weight): WeightAxes | undefined {
  const { role, orientation, shape, rowAxes } = weight;
  const first = weight.division?.batchAxes ?? 0;
  if (role !== 'conv' && (shape.length - first !== 2 || rowAxes !== 1)) return undefined;
  const outputsFirst = role === 'embedding' || orientation === 'out-in' || orientation === 'conv';
  return outputsFirst ? { output: first, input: first + 1 } : { output: first + 1, input: first };
}
