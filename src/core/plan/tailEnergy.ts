import { remembered } from './remembered.ts';

const known = remembered<Float64Array>(1);

/**
 * `tails[k]` = sum over i >= k of s_i^2: the squared Frobenius error of the best approximation of rank k
 * (Eckart and Young 1936), for k = 0 ... n. Summed from the smallest value up, so that small tails keep
 * their digits. Worked out once for a spectrum, which is not to change.
 */
export function tailEnergies(singularValues: Float64Array): Float64Array {
  return known(singularValues, '', () => summed(singularValues));
}

function summed(singularValues: Float64Array): Float64Array {
  const tails = new Float64Array(singularValues.length + 1);
  for (let k = singularValues.length - 1; k >= 0; k--)
    tails[k] = tails[k + 1]! + singularValues[k]! * singularValues[k]!;
  return tails;
}
