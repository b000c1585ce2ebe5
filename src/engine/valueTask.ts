import type { FloatType, MatrixView, TensorStorage } from '../core/checkpoint/checkpoint.ts';
import type { MeasuredValues, ValueRequest } from '../core/plan/measureValues.ts';
import type { NonFinite } from './spectrumTask.ts';

/** Measuring what pruning and quantising do to one tensor. Plain data, like a SpectrumTask. */
export interface ValueTask {
  readonly id: string;
  readonly storage: TensorStorage;
  readonly dtype: FloatType;
  readonly request: ValueRequest;
  /** The tensor as one matrix, to be held against the transforms that a formula gives; null where it is none. */
  readonly view: Pick<MatrixView, 'rows' | 'cols'> | null;
}

export type ValueOutcome =
  | {
      readonly status: 'measured';
      readonly values: MeasuredValues;
      /** What the matrix is where a formula gives it; '' for any other. */
      readonly transform: string;
      readonly cached: boolean;
    }
  | { readonly status: 'non-finite'; readonly nonFinite: NonFinite }
  | { readonly status: 'failed'; readonly reason: string };
