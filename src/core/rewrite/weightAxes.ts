import type { Weight } from '../checkpoint/checkpoint.ts';

/** The axes of a stored weight that its outputs and its inputs lie along. */
export interface WeightAxes {
  readonly output: number;
  readonly input: number;
}

/**
 * Of a matrix or a kernel; undefined of anything else. Of a table the rows are the outputs: one is looked
 * up at a time, and its own values belong together.
 */
export function weightAxes({ role, orientation, shape }: Weight): WeightAxes | undefined {
  if (role === 'recurrent' || (role !== 'conv' && shape.length !== 2)) return undefined;
  const outputsFirst = { output: 0, input: 1 };
  if (role === 'embedding') return outputsFirst;
  return orientation === 'out-in' || orientation === 'conv'
    ? outputsFirst
    : { output: 1, input: 0 };
}
