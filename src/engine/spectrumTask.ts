import type { MatrixView, TensorStorage } from '../core/checkpoint/checkpoint.ts';
import type { Precision } from '../core/linalg/singularValues.ts';
import type { Space } from '../core/diagnosis/entries/headProjections.ts';
import type { Side } from '../core/diagnosis/entries/lineReader.ts';
import type { EntryFigures } from '../core/diagnosis/entries/entryFigures.ts';
import type { Fan, Mode, SpectralFigures } from '../core/spectrum/figures.ts';

/** Which matrices of which stored tensor to solve, and how its values are scaled first. */
export interface SpectrumSource {
  readonly storage: TensorStorage;
  /**
   * Present where the matrix lies in runs of rows or columns: its place in the stored tensor. It is gathered
   * first, and `shape` and `view` are of what was gathered.
   */
  readonly gathered?: MatrixView;
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
  /** Into how many equal pools of neighbouring windows they are fitted. */
  readonly windowPools: number;
  /** The spectra of the windows, one after another, where they have been solved before. */
  readonly windowSpectra?: Float64Array | undefined;
  /** Inputs and outputs of the matrix; null where that says nothing. */
  readonly fan: Fan | null;
  readonly shuffles: number;
  /** Windows of shuffles that are solved, where the matrix has windows of its own. */
  readonly windowShuffles: number;
  readonly seed: number;
  readonly wantSpectrum: boolean;
  /** Whether the entries are looked at as well as the spectrum. */
  readonly wantEntries: boolean;
  /** What attention makes of it: its heads on one side, as the first or second factor of their products. */
  readonly heads: readonly HeadUse[];
}

/** The source of a task, then the views of the same tensor that are solved beside it. */
export type TaskSources = readonly [SpectrumSource, ...SpectrumSource[]];

export function sourcesOf({
  source,
  compatSource,
  windows,
}: Pick<SpectrumTask, 'source' | 'compatSource' | 'windows'>): TaskSources {
  const views = [compatSource, windows].filter((each) => typeof each !== 'string');
  return [source, ...views];
}

/** Some of the windows of a task: `count` of them from the one with index `first` on. */
export interface WindowPart {
  readonly first: number;
  readonly count: number;
}

export interface HeadUse {
  readonly side: Side;
  readonly space: Space;
}

/** Of one entry of the report: other parts of the same tensor do not count. */
export interface NonFinite {
  readonly count: number;
  /** Row-major in the tensor where the entry is all of it, else in the entry's own matrix. */
  readonly firstIndex: number;
  readonly elements: number;
}

/** What the entries of a matrix say, and a hash of its values: equal for equal ones in any storage type. */
export interface EntryRecord {
  readonly hash: string;
  readonly figures: EntryFigures;
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
      /** Null where the entries were not looked at. */
      readonly entries: EntryRecord | null;
      /** For each of the task's `heads`. */
      readonly projections: readonly (readonly Float64Array[])[];
      /** Whether no solve was needed. */
      readonly cached: boolean;
      /** Descending; only where it was asked for. */
      readonly singularValues: Float64Array | null;
    }
  | { readonly status: 'non-finite'; readonly nonFinite: NonFinite }
  | { readonly status: 'failed'; readonly reason: string };
