import type { MatrixView, TensorStorage } from '../core/checkpoint/checkpoint.ts';
import type { Precision } from '../core/linalg/singularValues.ts';
import type { Mode, SpectralFigures } from '../core/spectrum/figures.ts';

/** Which matrices of which stored tensor to solve, and how its values are scaled first. */
export interface SpectrumSource {
  readonly storage: TensorStorage;
  readonly shape: readonly number[];
  readonly view: MatrixView;
  /**
   * `pooled-conv`: each value times float32(sqrt(1/2)), rounded to float32, as WeightWatcher does to the
   * pooled slices of a convolution before it solves them (SPEC 2.1.4).
   */
  readonly scale: 'none' | 'pooled-conv';
}

/** One entry of the report as work for a worker. Plain data: it can travel to any machine that has the file. */
export interface SpectrumTask {
  readonly id: string;
  readonly mode: Mode;
  readonly precision: Precision;
  readonly source: SpectrumSource;
  /**
   * The view whose alpha and label WeightWatcher would print: `same` where it is this one, `none` where
   * it has none, as of a gate or of the query among fused weights.
   */
  readonly compatSource: SpectrumSource | 'same' | 'none';
  /** The windows of the matrix: `same` where they are one, the whole of it, `none` where it has none. */
  readonly windows: SpectrumSource | 'same' | 'none';
  readonly shuffles: number;
  readonly seed: number;
  readonly wantSpectrum: boolean;
}

/** Of one entry of the report: other parts of the same tensor do not count. */
export interface NonFinite {
  readonly count: number;
  /** Row-major in the tensor where the entry is all of it, else in the entry's own matrix. */
  readonly firstIndex: number;
  readonly elements: number;
}

export interface CompatLabel {
  readonly alpha: number | null;
  readonly warning: string;
}

/** What a worker says of a task. Plain data. */
export type TaskOutcome =
  | {
      readonly status: 'solved';
      readonly figures: SpectralFigures;
      readonly compat: CompatLabel;
      /** Whether no solve was needed. */
      readonly cached: boolean;
      /** Descending; only where it was asked for. */
      readonly singularValues: Float64Array | null;
    }
  | { readonly status: 'non-finite'; readonly nonFinite: NonFinite }
  | { readonly status: 'failed'; readonly reason: string };
