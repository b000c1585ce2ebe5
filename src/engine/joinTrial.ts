import type { Kernels } from '../core/linalg/kernels.ts';
import { type Precision, singularValues } from '../core/linalg/singularValues.ts';
import { timed, trialMatrix } from './trialMatrix.ts';

/** What became of the trial of joined vectors. */
export interface JoinedVectors {
  readonly areUsed: boolean;
  /** Why not; empty where they are used. */
  readonly reason: string;
}

/** One matrix for each way through the kernels. */
const CASES: readonly (readonly [rows: number, cols: number, precision: Precision])[] = [
  [97, 64, 'exact'],
  [540, 520, 'exact'],
  [410, 390, 'fast'],
  [900, 200, 'exact'],
  [1100, 390, 'fast'],
];

/** As a share of the other kernels' time: a gain smaller than this is noise. */
const GAIN = 0.9;

/** Rounds: V8 optimises what runs often, and what it makes of it then is what is compared. */
const ROUNDS = 6;

/**
 * Solves matrices with both builds of the kernels in turn: where pairs of vectors are not joined, wrong or not
 * faster, they are not used.
 *
 * @param wide the build that is laid out for joined vectors, in a process whose V8 was told to join
 * @param fused the build without
 */
export function tryJoinedVectors(wide: Kernels, fused: Kernels, rounds = ROUNDS): JoinedVectors {
  const solves = CASES.map(([rows, cols, precision]) => {
    const matrix = trialMatrix(rows, cols);
    return (kernels: Kernels): Float64Array => singularValues(matrix, kernels, { precision });
  });
  const times = { wide: Infinity, fused: Infinity };
  for (let round = 0; round < rounds; round++) {
    const own = timed(() => solves.map((solve) => solve(fused)));
    const joined = timed(() => solves.map((solve) => solve(wide)));
    const areEqual = own.values.every((values, k) =>
      values.every((value, i) => value === joined.values[k]![i]),
    );
    if (!areEqual) return { areUsed: false, reason: 'joined vectors gave other values' };
    times.fused = Math.min(times.fused, own.ms);
    times.wide = Math.min(times.wide, joined.ms);
  }
  if (times.wide <= GAIN * times.fused) return { areUsed: true, reason: '' };
  const found = `${Math.round(times.wide)} ms against ${Math.round(times.fused)} ms`;
  return { areUsed: false, reason: `joined vectors are not faster on this machine (${found})` };
}
