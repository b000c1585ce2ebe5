import type { FloatType, TensorStorage } from '../core/checkpoint/checkpoint.ts';
import type { MomentPlace } from '../core/moments/momentFile.ts';
import type { MeasuredValues, ValueRequest } from '../core/plan/measureValues.ts';

/** What a weight's errors are worth in its outputs. Plain data, like a SpectrumTask. */
export interface OutputTask {
  readonly id: string;
  readonly storage: TensorStorage;
  readonly dtype: FloatType;
  /** Of the matrix that is stored. */
  readonly rows: number;
  readonly cols: number;
  readonly moment: MomentPlace;
  readonly spectrum: boolean;
  /** Null where only the spectrum is wanted. */
  readonly request: ValueRequest | null;
}

export type OutputOutcome =
  | {
      readonly status: 'weighed';
      /** Of the matrix as its outputs see it, descending; null where it was not asked for. */
      readonly singularValues: Float64Array | null;
      /** Squared norm of the outputs. */
      readonly energy: number;
      readonly values: MeasuredValues | null;
      readonly cached: boolean;
    }
  | { readonly status: 'failed'; readonly reason: string };

/** Float64 values that a task holds at most, for each of the moment and for each of the matrix. */
const MOMENT_COPIES = 4;
const MATRIX_COPIES = 10;

/** Peak memory of a task in bytes, roughly. */
export function outputBytes({
  rows,
  cols,
  moment,
}: Pick<OutputTask, 'rows' | 'cols' | 'moment'>): number {
  const square = moment.kind === 'dense' ? moment.length ** 2 : moment.length;
  return 8 * (MOMENT_COPIES * square + MATRIX_COPIES * rows * cols);
}

/** Floating-point operations of a task, roughly. */
export function outputFlops({ rows, cols, moment, request }: OutputTask): number {
  const { length, kind } = moment;
  const products = 2 + (request ? 4 + request.levels.length + (request.patterns ? 8 : 0) : 0);
  const each = kind === 'dense' ? 2 * rows * cols * length : rows * cols;
  return products * each + (kind === 'dense' ? length ** 3 / 3 : 0);
}
