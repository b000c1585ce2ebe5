import { createHash } from 'node:crypto';
import { CheckpointError } from '../core/checkpoint/checkpointError.ts';
import { decodedType } from '../core/checkpoint/decodedType.ts';
import { storedRounding } from '../core/checkpoint/readValues.ts';
import { storedBytes } from '../core/checkpoint/storedBytes.ts';
import type { GemmLibrary } from '../core/linalg/gemmLibrary.ts';
import { entryFigures } from '../core/diagnosis/entries/entryFigures.ts';
import { headProjections } from '../core/diagnosis/entries/headProjections.ts';
import type { Kernels } from '../core/linalg/kernels.ts';
import { LinalgError } from '../core/linalg/linalgError.ts';
import type { Matrix } from '../core/linalg/matrix.ts';
import {
  type Precision,
  singularValuesOfEach,
  solveFlops,
  solverError,
} from '../core/linalg/singularValues.ts';
import { FAST_ERROR } from '../core/linalg/mixing.ts';
import type { RowSource } from '../core/linalg/rowSource.ts';
import { compatLabel } from '../core/spectrum/compatLabel.ts';
import { entryProfile, type EntryProfile } from '../core/spectrum/entryProfile.ts';
import type { SolvedSpectrum, WindowSpectra } from '../core/spectrum/figures.ts';
import { drawnEntries, shuffledEntries } from '../core/spectrum/shuffles.ts';
import { spectralFigures } from '../core/spectrum/spectralFigures.ts';
import { CancelledError } from '../protocol/cancellation.ts';
import type { CacheRecord } from './cacheRecord.ts';
import { pickedValues, sourceValues } from './sourceValues.ts';
import type { SpectrumCache } from './spectrumCache.ts';
import { servingKeys } from './servingKeys.ts';
import { entriesKey, type SolverIdentity, spectrumKey, type SpectrumKind } from './spectrumKey.ts';
import { checkFinite, concatenated, gather, NonFiniteWeight } from './storedMatrix.ts';
import { isStreamed, StreamedMatrix, streamedWindow, type Survey } from './streamedMatrix.ts';
import type {
  CompatLabel,
  EntryRecord,
  SpectrumSource,
  SpectrumTask,
  TaskOutcome,
  WindowPart,
} from './spectrumTask.ts';

/** What a worker brings to its tasks. */
export interface SolveTools {
  readonly kernels: Kernels;
  /** Carries the large products in the place of the kernels. */
  readonly library: GemmLibrary | undefined;
  readonly solver: SolverIdentity;
  readonly cache: SpectrumCache | undefined;
  /** The GPU that may have solved this, and what it has just solved, by key; absent where none takes part. */
  readonly gpu?: GpuRecords | undefined;
  readonly cancelled: () => boolean;
  /** Called after every solve with its floating-point operations. */
  readonly onStep: (flops: number) => void;
}

/** What a GPU adds to a task. Plain data. */
export interface GpuRecords {
  readonly solver: SolverIdentity;
  readonly records: ReadonlyMap<string, CacheRecord>;
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

/**
 * The spectra of some of the windows of a task, one after another, so that several workers can share them;
 * nothing where those of all are known already. Throws what is wrong with the data.
 */
export function solveWindowPart(
  { source, windows, precision }: SpectrumTask,
  { first, count }: WindowPart,
  tools: SolveTools,
): Float64Array {
  if (typeof windows === 'string') throw new RangeError('The task has no windows of its own.');
  const weight = new StoredWeight(source, precision, tools);
  if (weight.known(windows, { kind: 'windows' })) return new Float64Array(0);
  const offsets = windows.view.offsets.slice(first, first + count);
  return weight.solve({ ...windows, view: { ...windows.view, offsets } }, { kind: 'windows' })
    .spectra[0]!;
}

function solved(task: SpectrumTask, tools: SolveTools): TaskOutcome {
  const weight = new StoredWeight(task.source, task.precision, tools);
  const plain = weight.record(task.source, { kind: 'spectrum' });
  const shuffled =
    task.shuffles > 0
      ? weight.record(task.source, { kind: 'shuffles', count: task.shuffles, seed: task.seed })
      : undefined;
  const shuffles = shuffled?.spectra ?? [];
  const windows = windowsOf(task, weight, plain, shuffles);
  const error = weight.isFromGpu ? FAST_ERROR : solverError(plain.rows, plain.cols, task.precision);
  const spectrum = {
    ...spectrumOf(plain, shuffles),
    ...(error === undefined ? {} : { solverError: error }),
    ...(task.fan ? { fan: task.fan } : {}),
    ...(windows ? { windows } : {}),
    // Only beside shuffles can be told what depends on the order of the entries.
    ...(shuffled ? { entries: profileOf(weight.record(task.source, { kind: 'entries' })) } : {}),
  };
  return {
    status: 'solved',
    figures: spectralFigures(spectrum, task.mode),
    compat: compatOf(task, weight, spectrum),
    projections: task.heads.map(
      (use) => weight.record(task.source, { kind: 'heads', ...use }).spectra,
    ),
    entries: task.wantEntries ? weight.entries(task.source) : null,
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

function spectrumOf(record: CacheRecord, shuffles: readonly Float64Array[]): SolvedSpectrum {
  const { rows, cols, slices, roundingVariance: variance } = record;
  const singularValues = record.spectra[0]!;
  return { rows, cols, slices, singularValues, shuffles, roundingVariance: variance };
}

/** A record's one array of a profile: the mean, then the largest magnitudes. */
function profileOf({ spectra }: CacheRecord): EntryProfile {
  const [mean] = spectra[0]!;
  return { mean: mean!, largest: spectra[0]!.subarray(1) };
}

function profileArray({ mean, largest }: EntryProfile): Float64Array {
  return Float64Array.from([mean, ...largest]);
}

/** The spectra of the windows of the matrix, and of windows of its shuffles. */
function windowsOf(
  task: SpectrumTask,
  weight: StoredWeight,
  plain: CacheRecord,
  shuffles: readonly Float64Array[],
): WindowSpectra | undefined {
  if (task.windows === 'none') return undefined;
  if (task.windows === 'same') return windowSpectra(task, plain, shuffles);
  const own = weight.record(task.windows, { kind: 'windows' }, task.windowSpectra);
  if (task.windowShuffles === 0) return windowSpectra(task, own, []);
  const { windowShuffles: count, seed } = task;
  const { rows, cols } = own;
  const drawn = weight.record(task.source, { kind: 'shuffledWindows', rows, cols, count, seed });
  return windowSpectra(task, own, drawn.spectra);
}

function windowSpectra(
  { windowPools: pools }: SpectrumTask,
  { rows, cols, slices, spectra }: CacheRecord,
  shuffles: readonly Float64Array[],
): WindowSpectra {
  return { rows, cols, count: slices, pools, singularValues: spectra[0]!, shuffles };
}

/**
 * A tensor in its file: hashed once, its values read only when the cache cannot answer. All sources that
 * are asked of it are gathered alike.
 */
class StoredWeight {
  private readonly hash: string;
  private values: Float64Array | undefined;
  private isTouched = false;
  private hasGpuRecord = false;
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

  /** Whether any spectrum of it comes from a GPU, and so has the error of float32 whatever its size. */
  get isFromGpu(): boolean {
    return this.hasGpuRecord;
  }

  /** `given`: the spectra of windows that have been solved before. */
  record(source: SpectrumSource, asked: SpectrumKind, given?: Float64Array): CacheRecord {
    const { cache, solver } = this.tools;
    const known = this.known(source, asked);
    if (known) return known;
    const fresh = this.solve(source, asked, given);
    cache?.write(spectrumKey(this.hash, source, asked, this.precision, solver), fresh);
    return fresh;
  }

  /** From the cache or the GPU. */
  known(source: SpectrumSource, asked: SpectrumKind): CacheRecord | undefined {
    const { cache, gpu } = this.tools;
    for (const { key, isGpu } of servingKeys(
      this.hash,
      source,
      asked,
      this.precision,
      this.tools,
    )) {
      const solved = gpu?.records.get(key);
      const known = solved ?? cache?.read(key);
      if (!known) continue;
      if (solved) this.isTouched = true;
      this.hasGpuRecord ||= isGpu;
      return known;
    }
    return undefined;
  }

  /** Of finite entries: after the spectrum of the same source. */
  entries(source: SpectrumSource): EntryRecord {
    const { cache } = this.tools;
    const key = entriesKey(this.hash, source);
    const known = cache?.readEntries(key);
    if (known) return known;
    this.values ??= sourceValues(source);
    const matrix = gather(this.values, source, source.view.offsets[0]!);
    const { buffer, byteOffset, byteLength } = matrix.data;
    const hash = createHash('sha256').update(new Uint8Array(buffer, byteOffset, byteLength));
    const fresh = {
      hash: hash.digest('hex'),
      figures: entryFigures(matrix, decodedType(source.storage.dtype)),
    };
    cache?.writeEntries(key, fresh);
    return fresh;
  }

  solve(source: SpectrumSource, asked: SpectrumKind, given?: Float64Array): CacheRecord {
    this.isTouched = true;
    if (isStreamed(this.source)) return this.solveStreamed(source, asked, given);
    this.values ??= sourceValues(source);
    const { view } = source;
    // Windows lie inside a matrix whose own spectrum is known by then.
    if (asked.kind !== 'windows') checkFinite(this.values, view);
    const values = this.values;
    const first = gather(values, source, view.offsets[0]!);
    const variance = storedRounding(
      source.storage,
      first.data,
      (steps) =>
        gather(pickedValues(steps, source), { ...source, scale: 'none' }, view.offsets[0]!).data,
    );
    if (asked.kind === 'heads')
      return {
        rows: view.rows,
        cols: view.cols,
        slices: 1,
        roundingVariance: 0,
        spectra: [...headProjections(first, asked.side, asked.space)],
      };
    const whole = (): Float64Array =>
      given ??
      concatenated(this.solveEach(view.offsets, (offset) => gather(values, source, offset)));
    const spectra =
      asked.kind === 'shuffles' || asked.kind === 'shuffledWindows'
        ? this.solveShuffles(first, asked)
        : [asked.kind === 'entries' ? profileArray(entryProfile(first.data)) : whole()];
    const { rows, cols, offsets } = view;
    return { rows, cols, slices: offsets.length, roundingVariance: variance, spectra };
  }

  private solveShuffles(
    matrix: Matrix,
    asked: Extract<SpectrumKind, { readonly count: number }>,
  ): Float64Array[] {
    const seeds = Array.from({ length: asked.count }, (_, k) => asked.seed + k);
    return this.solveEach(seeds, (seed) => {
      if (asked.kind === 'shuffles') return { ...matrix, data: shuffledEntries(matrix.data, seed) };
      const { rows, cols } = asked;
      return { rows, cols, data: drawnEntries(matrix.data, rows * cols, seed) };
    });
  }

  /** The same, of a tall weight of which only a block of rows is in memory at a time. */
  private solveStreamed(
    source: SpectrumSource,
    asked: SpectrumKind,
    given?: Float64Array,
  ): CacheRecord {
    const { rows, cols, offsets } = source.view;
    const { bad, roundingVariance: variance, profile, sample } = this.survey();
    if (bad && asked.kind !== 'windows') throw new NonFiniteWeight(bad);
    const record = { rows, cols, slices: offsets.length, roundingVariance: variance };
    switch (asked.kind) {
      case 'spectrum':
        return {
          ...record,
          spectra: this.solveEach([source], (whole) => new StreamedMatrix(whole)),
        };
      case 'shuffles': {
        const seeds = Array.from({ length: asked.count }, (_, k) => asked.seed + k);
        const shuffled = (seed: number): RowSource => new StreamedMatrix(source, seed);
        return { ...record, spectra: this.solveEach(seeds, shuffled) };
      }
      case 'windows': {
        const window = (offset: number): Matrix => ({
          ...{ rows, cols },
          data: streamedWindow(source, offset),
        });
        return { ...record, spectra: [given ?? concatenated(this.solveEach(offsets, window))] };
      }
      case 'shuffledWindows':
        return { ...record, spectra: this.solveShuffles({ rows, cols, data: sample }, asked) };
      case 'entries':
        return { ...record, spectra: [profileArray(profile)] };
      case 'heads':
        throw new RangeError('Heads are not told apart in a weight that is read in blocks.');
    }
  }

  private survey(): Survey {
    this.surveyed ??= new StreamedMatrix(this.source).survey();
    return this.surveyed;
  }

  /** The spectra of the matrices of all these, of which one is in memory at a time. */
  private solveEach<Each>(
    all: readonly Each[],
    matrixOf: (each: Each) => Matrix | RowSource,
  ): Float64Array[] {
    const { kernels, library, cancelled, onStep } = this.tools;
    const { precision } = this;
    function* inTurn(): Generator<Matrix | RowSource> {
      for (const each of all) {
        const matrix = matrixOf(each);
        yield matrix;
        onStep(solveFlops(matrix.rows, matrix.cols));
      }
    }
    return singularValuesOfEach(inTurn(), kernels, { cancelled, precision, library });
  }
}
