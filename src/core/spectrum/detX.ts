import type { LayerMetrics } from './figures.ts';
import { finite } from './finite.ts';

/**
 * The tail at which the product of the eigenvalues falls below 1, once they are scaled to mean 1 (detX of
 * WeightWatcher 0.7.5.5, RMT_Util.py; the trace-log condition of SETOL, Martin and Hinrichs 2025): from
 * the largest down, the first eigenvalue that takes the product below 1 is the last of the tail. Summed
 * as logarithms, so that no product overflows.
 *
 * `detXVal` is that eigenvalue in its own units. Null where all are equal: no product differs from 1.
 */
export function detXOf(ascending: Float64Array): Pick<LayerMetrics, 'detXNum' | 'detXVal'> {
  const count = ascending.length;
  const sum = ascending.reduce((total, value) => total + value, 0);
  if (!(sum > 0 && sum < Infinity) || ascending[0] === ascending.at(-1))
    return { detXNum: null, detXVal: null };
  const logScale = Math.log(count / sum);
  let logProduct = 0;
  for (let at = count - 1; at > 0; at--) {
    logProduct += Math.log(ascending[at]!) + logScale;
    if (logProduct < 0) return { detXNum: count - at, detXVal: finite(ascending[at]!) };
  }
  return { detXNum: count, detXVal: finite(ascending[0]!) };
}
