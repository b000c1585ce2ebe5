import { readValues } from '../checkpoint/readValues.ts';
import { matrixProduct } from '../linalg/matrixProduct.ts';
import type { PlannedAction } from '../plan/action.ts';
import { inputLines } from '../plan/inputLines.ts';
import { prunedByMagnitude, prunedByPattern } from '../plan/prunedValues.ts';
import { quantizedValues } from '../plan/quantizedValues.ts';
import { storedScale } from '../plan/storedScale.ts';
import { encodeFloats } from '../rewrite/encodeFloats.ts';
import { factorValues } from '../rewrite/factorValues.ts';
import { goesToProducts } from '../rewrite/quantizeRewrite.ts';
import type { RewriteTools } from '../rewrite/rewriteTools.ts';
import { valuesOf, type TensorValues } from '../verify/tensorData.ts';
import type { FedWeight } from './fedModel.ts';

/**
 * The values that a weight has in the model that a plan's action would give, as one dense tensor of its own
 * type and shape: by the same arithmetic as the rewrite, so that what is measured is what will be written (but
 * for the order in which a runtime adds). Throws CheckpointError, LinalgError and RewriteError.
 */
export function levelValues(
  { weight, value, type }: FedWeight,
  action: PlannedAction,
  tools: RewriteTools,
): TensorValues {
  return valuesOf(type, encodeFloats(changedValues({ weight, value }, action, tools), type));
}

function changedValues(
  { weight, value }: Pick<FedWeight, 'weight' | 'value'>,
  action: PlannedAction,
  tools: RewriteTools,
): Float64Array {
  switch (action.action) {
    case 'keep':
      return readValues(weight.storage);
    case 'lowrank': {
      const { left, right } = factorValues(weight, action.rank, tools);
      return matrixProduct(left, right, tools.kernels).data;
    }
    case 'prune': {
      const values = readValues(weight.storage);
      const pruned =
        action.pattern === 'unstructured'
          ? prunedByMagnitude(values, action.sparsity)
          : prunedByPattern(values, inputLines(weight), ...groupOf(action.pattern));
      return values.map((each, k) => (pruned[k] === 1 ? 0 : each));
    }
    case 'quantize': {
      const signed = goesToProducts({ weight, value }, action);
      const round = storedScale(weight.dtype);
      const values = readValues(weight.storage);
      return quantizedValues(values, inputLines(weight), action, signed, round).values;
    }
  }
}

/** `2:4` as numbers. */
function groupOf(pattern: string): [kept: number, group: number] {
  return pattern.split(':').map(Number) as [number, number];
}
