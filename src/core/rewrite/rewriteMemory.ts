import type { Weight } from '../checkpoint/checkpoint.ts';
import type { PlanLayer } from '../plan/plan.ts';
import { factorShape } from './factorValues.ts';

const FLOAT64 = 8;

/** Values, what they become, and the codes or bytes of it. */
const BYTES_PER_CHANGED_VALUE = 32;

/** Peak memory in bytes of the work on one weight, about; what is copied takes none. */
export function rewriteMemory(weight: Weight, layer: PlanLayer): number {
  switch (layer.action) {
    case 'keep':
      return 0;
    case 'prune':
    case 'quantize':
      return BYTES_PER_CHANGED_VALUE * weight.parameters;
    case 'lowrank': {
      const [rows, cols] = factorShape(weight);
      const [longer, shorter] = [Math.max(rows, cols), Math.min(rows, cols)];
      // The matrix as it was read and as it is worked on, the subspace and its images, both factors and their bytes.
      const space = Math.min(shorter, layer.rank + Math.max(10, layer.rank / 8));
      const values =
        2 * rows * cols + space * (2 * longer + shorter) + 3 * layer.rank * (rows + cols);
      return FLOAT64 * Math.ceil(values);
    }
  }
}
