import { createHash } from 'node:crypto';
import { storedRounding } from '../../core/checkpoint/readValues.ts';
import { storedBytes } from '../../core/checkpoint/storedBytes.ts';
import type { WindowView } from '../../core/linalg/gpu/gpuWindowSpectra.ts';
import { type PreparedBand, preparedBand } from '../../core/linalg/gpu/preparedBand.ts';
import type { Matrix } from '../../core/linalg/matrix.ts';
import { drawnEntries, shuffledEntries, shuffleSeeds } from '../../core/spectrum/shuffles.ts';
import type { CacheRecord } from '../cacheRecord.ts';
import { servingKeys } from '../servingKeys.ts';
import type { SpectrumCache } from '../spectrumCache.ts';
import { pickedValues, sourceValues } from '../sourceValues.ts';
import { type SolverIdentity, spectrumKey, type SpectrumKind } from '../spectrumKey.ts';
import type { SpectrumSource, SpectrumTask } from '../spectrumTask.ts';
import { checkFinite, concatenated, gather, NonFiniteWeight } from '../storedMatrix.ts';
import { isStreamed, StreamedMatrix, type Survey } from '../streamedMatrix.ts';

/** What decides how a task is prepared. */
export interface PreparationOptions {
  readonly solver: SolverIdentity;
  readonly gpu: { readonly solver: SolverIdentity };
  /** Largest smaller side that is solved in batches, wholly on the device. */
  readonly largestWindow: number;
  readonly cache: SpectrumCache | undefined;
}

/**
 * A record that a task needs and no cache has; what follows it, up to the next, is its work. `isOne`: the
 * values of all its work are one spectrum, otherwise each matrix or window has its own.
 */
export interface PreparedRecord {
  readonly kind: 'record';
  /** In the cache. */
  readonly key: string;
  readonly head: Omit<CacheRecord, 'spectra'>;
  readonly isOne: boolean;
}

/** One piece of work for the device. */
export type PreparedWork =
  | {
      readonly kind: 'band';
      readonly rows: number;
      readonly cols: number;
      readonly band: PreparedBand;
    }
  | {
      readonly kind: 'windows';
      readonly values: Float64Array<ArrayBuffer>;
      readonly view: WindowView;
    };

export type Prepared = PreparedRecord | PreparedWork;

/** Matrices of a batch are copied together: so many values at most, 128 MiB. */
const BATCH_VALUES = 2 ** 24;

/**
 * All that the CPU does of a task before the device has it: reads, decodes, checks, shuffles, scales and
 * rounds, a piece at a time. What is given out is not used here any more, so that it can be handed on.
 *
 * @throws LinalgError and CheckpointError; NonFiniteWeight.
 */
export function* preparation(
  task: SpectrumTask,
  options: PreparationOptions,
): Generator<Prepared, void, void> {
  const hash = createHash('sha256');
  storedBytes(task.source.storage, (chunk) => hash.update(chunk));
  const digest = hash.digest('hex');
  const { cache, gpu } = options;
  const missing = solvesOf(task).filter(([source, asked]) =>
    servingKeys(digest, source, asked, task.precision, options).every(
      ({ key }) => !cache?.has(key),
    ),
  );
  if (missing.length === 0) return;
  // What a worker would read in blocks is surveyed and shuffled as it would be there.
  const survey = isStreamed(task.source) ? new StreamedMatrix(task.source).survey() : undefined;
  if (survey?.bad) throw new NonFiniteWeight(survey.bad);
  let values: Float64Array | undefined;
  for (const [source, asked] of missing) {
    const { rows, cols, offsets } = source.view;
    const record = (roundingVariance: number): PreparedRecord => ({
      kind: 'record',
      key: spectrumKey(digest, source, asked, 'fast', gpu.solver),
      head: { rows, cols, slices: offsets.length, roundingVariance },
      isOne: asked.kind === 'spectrum' || asked.kind === 'windows',
    });
    if (survey && asked.kind === 'shuffles') {
      values = undefined;
      yield record(survey.roundingVariance);
      yield* shufflesInBlocks(source, asked, options);
      continue;
    }
    values ??= sourceValues(task.source);
    if (!survey && asked.kind !== 'windows') checkFinite(values, source.view);
    const first = gather(values, source, offsets[0]!);
    const isSurveyed = survey && (source === task.source || asked.kind === 'windows');
    yield record(isSurveyed ? survey.roundingVariance : roundingOf(source, first));
    yield* workOf(values, source, asked, first, survey, options);
  }
}

function roundingOf(source: SpectrumSource, first: Matrix): number {
  const offset = source.view.offsets[0]!;
  return storedRounding(
    source.storage,
    first.data,
    (steps) => gather(pickedValues(steps, source), { ...source, scale: 'none' }, offset).data,
  );
}

function* shufflesInBlocks(
  source: SpectrumSource,
  asked: Extract<SpectrumKind, { readonly kind: 'shuffles' }>,
  { largestWindow }: PreparationOptions,
): Generator<PreparedWork, void, void> {
  const { rows, cols } = new StreamedMatrix(source);
  yield* inPieces({ rows, cols }, asked.count, largestWindow, (k) => {
    const shuffled = new StreamedMatrix(source, { seed: shuffleSeeds(asked)[k]! });
    return { rows, cols, data: shuffled.read(0, rows) };
  });
}

type Asked = Extract<
  SpectrumKind,
  { readonly kind: 'spectrum' | 'windows' | 'shuffles' | 'shuffledWindows' }
>;

/** What of a task has to be solved. */
function solvesOf(task: SpectrumTask): readonly (readonly [SpectrumSource, Asked])[] {
  const { source, compatSource, windows, shuffles, windowShuffles, seed } = task;
  const solves: [SpectrumSource, Asked][] = [[source, { kind: 'spectrum' }]];
  if (typeof windows !== 'string') {
    const { rows, cols } = windows.view;
    const drawn = { kind: 'shuffledWindows', rows, cols, count: windowShuffles, seed } as const;
    solves.push([windows, { kind: 'windows' }]);
    if (windowShuffles > 0) solves.push([source, drawn]);
  }
  if (typeof compatSource !== 'string') solves.push([compatSource, { kind: 'spectrum' }]);
  if (shuffles > 0) solves.push([source, { kind: 'shuffles', count: shuffles, seed }]);
  return solves;
}

function* workOf(
  values: Float64Array,
  source: SpectrumSource,
  asked: Asked,
  first: Matrix,
  survey: Survey | undefined,
  { largestWindow }: PreparationOptions,
): Generator<PreparedWork, void, void> {
  const { view } = source;
  switch (asked.kind) {
    case 'spectrum':
    case 'windows':
      if (source.scale === 'none' && Math.min(view.rows, view.cols) <= largestWindow)
        // A copy: the values are needed for what else is asked of them.
        yield { kind: 'windows', values: values.slice(), view };
      else
        yield* inPieces(view, view.offsets.length, largestWindow, (k) =>
          gather(values, source, view.offsets[k]!),
        );
      return;
    case 'shuffles':
    case 'shuffledWindows': {
      const shape = asked.kind === 'shuffles' ? first : asked;
      yield* inPieces(shape, asked.count, largestWindow, (k) => {
        const seed = shuffleSeeds(asked)[k]!;
        const data =
          asked.kind === 'shuffles'
            ? shuffledEntries(first.data, seed)
            : drawnEntries(survey?.sample ?? first.data, shape.rows * shape.cols, seed);
        return { rows: shape.rows, cols: shape.cols, data };
      });
      return;
    }
  }
}

/** Matrices of one shape: small ones in batches, large ones each by itself. */
function* inPieces(
  { rows, cols }: Pick<Matrix, 'rows' | 'cols'>,
  count: number,
  largestWindow: number,
  matrix: (k: number) => Matrix,
): Generator<PreparedWork, void, void> {
  if (Math.min(rows, cols) > largestWindow) {
    for (let k = 0; k < count; k++)
      yield { kind: 'band', rows, cols, band: preparedBand(matrix(k)) };
    return;
  }
  const size = rows * cols;
  const most = Math.max(1, Math.floor(BATCH_VALUES / size));
  for (let from = 0; from < count; from += most) {
    const batch = Array.from(
      { length: Math.min(most, count - from) },
      (_, k) => matrix(from + k).data,
    );
    const offsets = batch.map((_, w) => w * size);
    const view = { rows, cols, rowStride: cols, colStride: 1, offsets };
    yield { kind: 'windows', values: joined(batch), view };
  }
}

/** Always a copy: one matrix may be a view of the tensor. */
function joined(batch: readonly Float64Array[]): Float64Array<ArrayBuffer> {
  return batch.length === 1 ? batch[0]!.slice() : Float64Array.from(concatenated(batch));
}

/** What goes with a piece to another thread without a copy. */
export function transferred(prepared: Prepared): ArrayBuffer[] {
  switch (prepared.kind) {
    case 'record':
      return [];
    case 'band':
      return prepared.band.blocks.map(({ buffer }) => buffer);
    case 'windows':
      return [prepared.values.buffer];
  }
}
