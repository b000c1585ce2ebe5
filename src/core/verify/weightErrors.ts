import type { Checkpoint, Weight } from '../checkpoint/checkpoint.ts';
import { readValues } from '../checkpoint/readValues.ts';
import type { VerifiedWeight } from '../report/verification/verification.ts';
import { largestSingularValue } from './largestSingularValue.ts';

/** Entries up to which spectral norms are computed: beyond, they would take longer than all else. */
const SPECTRAL_ENTRIES = 2 ** 22;

/** Elements up to which a weight is compared: the values of both are in memory as float64. */
const COMPARED_ELEMENTS = 2 ** 27;

/**
 * Errors of the weights that both checkpoints have, by id, in A's order. Weights that a compression replaced by
 * others are in one of the two alone, and are not here. Throws CheckpointError where a file cannot be read.
 */
export function weightErrors(
  a: Checkpoint,
  b: Checkpoint,
  checkCancelled: () => void,
): VerifiedWeight[] {
  const inB = new Map(b.weights.map((weight) => [weight.id, weight]));
  return a.weights.flatMap((weight) => {
    const other = inB.get(weight.id);
    if (!other) return [];
    checkCancelled();
    return [weightError(weight, other)];
  });
}

function weightError(a: Weight, b: Weight): VerifiedWeight {
  const base = { id: a.id, tensor: a.tensor, shape: [...a.shape] };
  const none = (reason: string): VerifiedWeight => ({
    ...base,
    relativeFrobenius: null,
    relativeSpectral: null,
    sqnr: null,
    reason,
  });
  if (a.shape.join() !== b.shape.join())
    return none(`its shape is [${a.shape.join(', ')}] in A and [${b.shape.join(', ')}] in B`);
  if (a.storage.elements > COMPARED_ELEMENTS)
    return none(`it has ${a.storage.elements} values; up to ${COMPARED_ELEMENTS} are compared`);
  const values = readValues(a.storage);
  const difference = readValues(b.storage);
  for (let k = 0; k < values.length; k++) difference[k] = values[k]! - difference[k]!;
  const error = norm(difference);
  const size = norm(values);
  if (!Number.isFinite(error) || !Number.isFinite(size))
    return none('it holds values that are NaN or infinite');
  if (error === 0)
    return { ...base, relativeFrobenius: 0, relativeSpectral: 0, sqnr: null, reason: '' };
  if (size === 0) return none('it is all zeros in A and not in B');
  const sqnr = 20 * Math.log10(size / error);
  const view = matrixView(a);
  if (typeof view === 'string')
    return { ...base, relativeFrobenius: error / size, relativeSpectral: null, sqnr, reason: view };
  const relativeSpectral =
    largestSingularValue({ ...view, data: difference }) /
    largestSingularValue({ ...view, data: values });
  return { ...base, relativeFrobenius: error / size, relativeSpectral, sqnr, reason: '' };
}

/** Scaled, so that no square overflows or vanishes. */
function norm(values: Float64Array): number {
  let scale = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) return NaN;
    scale = Math.max(scale, Math.abs(value));
  }
  if (scale === 0) return 0;
  let sum = 0;
  for (const value of values) sum += (value / scale) ** 2;
  return scale * Math.sqrt(sum);
}

/** The stored matrix; in words, why there is not one. */
function matrixView({
  shape,
  rowAxes,
  groups,
  division,
}: Weight): { readonly rows: number; readonly cols: number } | string {
  const product = (lengths: readonly number[]): number => lengths.reduce((x, y) => x * y, 1);
  const entries = product(shape);
  if (groups > 1) return `no spectral norm: it is ${groups} groups, not one matrix`;
  if (division && division.batchAxes > 0) return 'no spectral norm: it is several matrices';
  if (entries > SPECTRAL_ENTRIES)
    return `no spectral norm: it has ${entries} entries, more than ${SPECTRAL_ENTRIES}`;
  const rows = product(shape.slice(0, rowAxes));
  return { rows, cols: entries / rows };
}
