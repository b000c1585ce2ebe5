import { createHash } from 'node:crypto';
import type { MatrixView } from '../core/checkpoint/checkpoint.ts';
import { CheckpointError } from '../core/checkpoint/checkpointError.ts';
import { nonFinite } from '../core/checkpoint/nonFinite.ts';
import { readValues } from '../core/checkpoint/readValues.ts';
import { roundingVariance } from '../core/checkpoint/rounding.ts';
import { storedBytes } from '../core/checkpoint/storedBytes.ts';
import type { GemmLibrary } from '../core/linalg/gemmLibrary.ts';
import type { Kernels } from '../core/linalg/kernels.ts';
import { LinalgError } from '../core/linalg/linalgError.ts';
import type { Matrix } from '../core/linalg/matrix.ts';
import {
  type Precision,
  singularValues,
  solveFlops,
  solverError,
} from '../core/linalg/singularValues.ts';
import type { RowSource } from '../core/linalg/rowSource.ts';
import { compatLabel } from '../core/spectrum/compatLabel.ts';
import type { SolvedSpectrum, WindowSpectra } from '../core/spectrum/figures.ts';
import { shuffledEntries } from '../core/spectrum/shuffles.ts';
import { spectralFigures } from '../core/spectrum/spectralFigures.ts';
import { CancelledError } from '../protocol/cancellation.ts';
import type { CacheRecord } from './cacheRecord.ts';
import type { SpectrumCache } from './spectrumCache.ts';
import { type SolverIdentity, spectrumKey, type SpectrumKind } from './spectrumKey.ts';
import { isStreamed, StreamedMatrix, streamedWindow, type Survey } from './streamedMatrix.ts';
import type {
  CompatLabel,
  NonFinite,
  SpectrumSource,
  SpectrumTask,
  TaskOutcome,
} from './spectrumTask.ts';

/** What a worker brings to its tasks. */
export interface SolveTools {
  readonly kernels: Kernels;
  /** Carries the large products in the place of the kernels. */
  readonly library: GemmLibrary | undefined;
  readonly solver: SolverIdentity;
  readonly cache: SpectrumCache | undefined;
  readonly cancelled: () => boolean;
  /** Called after every solve with its floating-point operations. */
  readonly onStep: (flops: number) => void;
}

/** Thrown inside a task, to leave it from any depth: the weight has NaN or infinite entries. */
class NonFiniteWeight extends Error {
  constructor(readonly found: NonFinite) {
    super('non-finite');
  }
}

/**
 * Solves one entry: spectrum, shuffles and WeightWatcher's view, each from the cache where it is there,
 * then the figures. Throws CancelledError; every other fault of the data is an outcome.
 */
export function solveTask(task: SpectrumTask, tools: SolveTools): TaskOutcome {
  try {
    return solved(task, tools);
  } catch (error) {
    if (error instanceof NonFiniteWeight) return { status: 'non-finite', nonFinite: error.found };
    if (error instanceof LinalgError && error.code === 'cancelled') throw new CancelledError();
    if (error instanceof LinalgError || error instanceof CheckpointError)
      return { status: 'failed', reason: error.message };
    throw error;
  }
}

function solved(task: SpectrumTask, tools: SolveTools): TaskOutcome {
  const weight = new StoredWeight(task.source, task.precision, tools);
  const plain = weight.record(task.source, { kind: 'spectrum' });
  const shuffled =
    task.shuffles > 0
      ? weight.record(task.source, { kind: 'shuffles', count: task.shuffles, seed: task.seed })
      : undefined;
  const windows =
    typeof task.windows === 'string' ? undefined : weight.record(task.windows, { kind: 'windows' });
  const solved = spectrumOf(
    plain,
    shuffled?.spectra ?? [],
    task.windows === 'same' ? plain : windows,
  );
  const error = solverError(solved.rows, solved.cols, task.precision);
  const spectrum = error === undefined ? solved : { ...solved, solverError: error };
  return {
    status: 'solved',
    figures: spectralFigures(spectrum, task.mode),
    compat: compatOf(task, weight, spectrum),
    cached: !weight.touched,
    singularValues: task.wantSpectrum
      ? Float64Array.from(spectrum.singularValues).sort().reverse()
      : null,
  };
}

const NO_LABEL: CompatLabel = { alpha: null, warning: '' };

function compatOf(
  { compatSource }: SpectrumTask,
  weight: StoredWeight,
  own: SolvedSpectrum,
): CompatLabel {
  if (compatSource === 'same') return compatLabel(own);
  if (compatSource === 'none') return NO_LABEL;
  try {
    return compatLabel(spectrumOf(weight.record(compatSource, { kind: 'spectrum' }), []));
  } catch (error) {
    // Another group of the convolution is broken: WeightWatcher, which sees none, gives no figure at all.
    if (error instanceof NonFiniteWeight) return NO_LABEL;
    throw error;
  }
}

function spectrumOf(
  record: CacheRecord,
  shuffles: readonly Float64Array[],
  windows?: CacheRecord,
): SolvedSpectrum {
  const { rows, cols, slices, roundingVariance: variance } = record;
  return {
    rows,
    cols,
    slices,
    singularValues: record.spectra[0]!,
    shuffles,
    roundingVariance: variance,
    ...(windows ? { windows: windowSpectra(windows) } : {}),
  };
}

function windowSpectra({ rows, cols, slices, spectra }: CacheRecord): WindowSpectra {
  return { rows, cols, count: slices, singularValues: spectra[0]! };
}

/** A tensor in its file: hashed once, its values read only when the cache cannot answer. */
class StoredWeight {
  private readonly hash: string;
  private values: Float64Array | undefined;
  private isTouched = false;
  private surveyed: Survey | undefined;

  constructor(
    private readonly source: SpectrumSource,
    private readonly precision: Precision,
    private readonly tools: SolveTools,
  ) {
    const hash = createHash('sha256');
    storedBytes(source.storage, (chunk) => hash.update(chunk));
    this.hash = hash.digest('hex');
  }

  /** Whether anything had to be solved. */
  get touched(): boolean {
    return this.isTouched;
  }

  record(source: SpectrumSource, asked: SpectrumKind): CacheRecord {
    const { cache, solver } = this.tools;
    const key = (precision: Precision): string =>
      spectrumKey(this.hash, source, asked, precision, solver);
    // An exact spectrum serves where a fast one is asked for, never the reverse.
    const known =
      cache?.read(key('exact')) ??
      (this.precision === 'fast' ? cache?.read(key('fast')) : undefined);
    if (known) return known;
    const fresh = this.solve(source, asked);
    cache?.write(key(this.precision), fresh);
    return fresh;
  }

  private solve(source: SpectrumSource, asked: SpectrumKind): CacheRecord {
    this.isTouched = true;
    if (isStreamed(this.source)) return this.solveStreamed(source, asked);
    this.values ??= readValues(source.storage);
    const { view } = source;
    // Windows lie inside a matrix whose own spectrum is known by then.
    if (asked.kind !== 'windows') checkFinite(this.values, view);
    const values = this.values;
    const first = gather(values, source, view.offsets[0]!);
    const variance = roundingVariance(first.data, source.storage.dtype);
    const spectra =
      asked.kind === 'shuffles'
        ? Array.from({ length: asked.count }, (_, k) =>
            this.solveOne({ ...first, data: shuffledEntries(first.data, asked.seed + k) }),
          )
        : [
            concatenated(
              view.offsets.map((offset) => this.solveOne(gather(values, source, offset))),
            ),
          ];
    const { rows, cols, offsets } = view;
    return { rows, cols, slices: offsets.length, roundingVariance: variance, spectra };
  }

  /** The same, of a tall weight of which only a block of rows is in memory at a time. */
  private solveStreamed(source: SpectrumSource, asked: SpectrumKind): CacheRecord {
    const { rows, cols, offsets } = source.view;
    const { bad, roundingVariance: variance } = this.survey();
    if (bad && asked.kind !== 'windows') throw new NonFiniteWeight(bad);
    const record = { rows, cols, slices: offsets.length, roundingVariance: variance };
    switch (asked.kind) {
      case 'spectrum':
        return { ...record, spectra: [this.solveOne(new StreamedMatrix(source))] };
      case 'shuffles': {
        const shuffles = Array.from({ length: asked.count }, (_, k) =>
          this.solveOne(new StreamedMatrix(source, asked.seed + k)),
        );
        return { ...record, spectra: shuffles };
      }
      case 'windows': {
        const windows = offsets.map((offset) =>
          this.solveOne({ rows, cols, data: streamedWindow(source, offset) }),
        );
        return { ...record, spectra: [concatenated(windows)] };
      }
    }
  }

  private survey(): Survey {
    this.surveyed ??= new StreamedMatrix(this.source).survey();
    return this.surveyed;
  }

  private solveOne(matrix: Matrix | RowSource): Float64Array {
    const { kernels, library, cancelled, onStep } = this.tools;
    const { precision } = this;
    const values = singularValues(matrix, kernels, { cancelled, precision, library });
    onStep(solveFlops(matrix.rows, matrix.cols));
    return values;
  }
}

/** Throws NonFiniteWeight where a view holds NaN or infinite entries, whatever the rest of the tensor holds. */
function checkFinite(values: Float64Array, view: MatrixView): void {
  const { rows, cols, offsets } = view;
  const elements = rows * cols * offsets.length;
  const entries =
    elements === values.length ? values : gather(values, { view, scale: 'none' }, offsets[0]!).data;
  const found = nonFinite(entries);
  if (found) throw new NonFiniteWeight({ ...found, elements });
}

const FLOAT32_SQRT_HALF = Math.fround(Math.SQRT1_2);

/** One matrix of a view as contiguous rows; a view of the tensor itself where it already lies so. */
function gather(
  values: Float64Array,
  source: Pick<SpectrumSource, 'view' | 'scale'>,
  offset: number,
): Matrix {
  const { rows, cols } = source.view;
  if (source.scale === 'none' && isContiguous(source.view))
    return { rows, cols, data: values.subarray(offset, offset + rows * cols) };
  const { rowStride, colStride } = source.view;
  const data = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++)
      data[i * cols + j] = values[offset + i * rowStride + j * colStride]!;
  }
  if (source.scale === 'pooled-conv')
    for (let i = 0; i < data.length; i++)
      data[i] = Math.fround(Math.fround(data[i]!) * FLOAT32_SQRT_HALF);
  return { rows, cols, data };
}

function isContiguous(view: MatrixView): boolean {
  return view.colStride === 1 && view.rowStride === view.cols;
}

function concatenated(parts: readonly Float64Array[]): Float64Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
