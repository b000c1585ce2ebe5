import { CheckpointError } from '../core/checkpoint/checkpointError.ts';
import { FAST_ERROR } from '../core/linalg/mixing.ts';
import { LinalgError } from '../core/linalg/linalgError.ts';
import { solverError } from '../core/linalg/singularValues.ts';
import { compatLabel } from '../core/spectrum/compatLabel.ts';
import type { SolvedSpectrum, WindowSpectra } from '../core/spectrum/figures.ts';
import { spectralFigures } from '../core/spectrum/spectralFigures.ts';
import { CancelledError } from '../protocol/cancellation.ts';
import type { CacheRecord } from './cacheRecord.ts';
import { profileOf } from './profileRecord.ts';
import type { SolveTools } from './solveTools.ts';
import {
  sourcesOf,
  type CompatLabel,
  type SpectrumTask,
  type TaskOutcome,
  type WindowPart,
} from './spectrumTask.ts';
import { NonFiniteWeight } from './storedMatrix.ts';
import { StoredWeight } from './storedWeight.ts';

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
  task: SpectrumTask,
  { first, count }: WindowPart,
  tools: SolveTools,
): Float64Array {
  const { windows, precision } = task;
  if (typeof windows === 'string') throw new RangeError('The task has no windows of its own.');
  const weight = new StoredWeight(sourcesOf(task), precision, tools);
  if (weight.known(windows, { kind: 'windows' })) return new Float64Array(0);
  const offsets = windows.view.offsets.slice(first, first + count);
  return weight.solve({ ...windows, view: { ...windows.view, offsets } }, { kind: 'windows' })
    .spectra[0]!;
}

function solved(task: SpectrumTask, tools: SolveTools): TaskOutcome {
  const { source, precision } = task;
  const weight = new StoredWeight(sourcesOf(task), precision, tools);
  const plain = weight.record(source, { kind: 'spectrum' });
  const windows = windowRecords(task, weight);
  // Only beside shuffles can be told what depends on the order of the entries.
  const profile = task.shuffles > 0 ? weight.record(source, { kind: 'entries' }) : undefined;
  const projections = task.heads.map(
    (use) => weight.record(source, { kind: 'heads', ...use }).spectra,
  );
  const entries = task.wantEntries ? weight.entries(source) : null;
  const compatRecord = compatRecordOf(task, weight);
  // Last: a shuffle of a large matrix takes its place.
  const { shuffles: count, seed } = task;
  const shuffles =
    count > 0 ? weight.record(source, { kind: 'shuffles', count, seed }).spectra : [];
  const windowed = windowsOf(task, windows, plain, shuffles);
  const error = weight.isFromGpu ? FAST_ERROR : solverError(plain.rows, plain.cols, precision);
  const spectrum = {
    ...spectrumOf(plain, shuffles),
    ...(error === undefined ? {} : { solverError: error }),
    ...(task.fan ? { fan: task.fan } : {}),
    ...(windowed ? { windows: windowed } : {}),
    ...(profile ? { entries: profileOf(profile) } : {}),
  };
  return {
    status: 'solved',
    figures: spectralFigures(spectrum, task.mode),
    compat: compatRecord === 'same' ? compatLabel(spectrum) : compatOf(compatRecord),
    projections,
    entries,
    cached: !weight.touched,
    singularValues: task.wantSpectrum
      ? Float64Array.from(spectrum.singularValues).sort().reverse()
      : null,
  };
}

const NO_LABEL: CompatLabel = { alpha: null, warning: '' };

function compatOf(record: CacheRecord | undefined): CompatLabel {
  return record ? compatLabel(spectrumOf(record, [])) : NO_LABEL;
}

/** Undefined where WeightWatcher would print nothing. */
function compatRecordOf(
  { compatSource }: SpectrumTask,
  weight: StoredWeight,
): CacheRecord | 'same' | undefined {
  if (compatSource === 'same') return 'same';
  if (compatSource === 'none') return undefined;
  try {
    return weight.record(compatSource, { kind: 'spectrum' });
  } catch (error) {
    // Another group of the convolution is broken: WeightWatcher, which sees none, gives no figure at all.
    if (error instanceof NonFiniteWeight) return undefined;
    throw error;
  }
}

function spectrumOf(record: CacheRecord, shuffles: readonly Float64Array[]): SolvedSpectrum {
  const { rows, cols, slices, roundingVariance: variance } = record;
  const singularValues = record.spectra[0]!;
  return { rows, cols, slices, singularValues, shuffles, roundingVariance: variance };
}

interface WindowRecords {
  readonly own: CacheRecord;
  /** Of windows of shuffles. */
  readonly drawn: CacheRecord | undefined;
}

/** Undefined where the matrix has no windows of its own. */
function windowRecords(task: SpectrumTask, weight: StoredWeight): WindowRecords | undefined {
  const { source, windows, windowShuffles: count, seed } = task;
  if (typeof windows === 'string') return undefined;
  const own = weight.record(windows, { kind: 'windows' }, task.windowSpectra);
  const { rows, cols } = own;
  const asked = { kind: 'shuffledWindows', rows, cols, count, seed } as const;
  return { own, drawn: count === 0 ? undefined : weight.record(source, asked) };
}

/** The spectra of the windows of the matrix, and of windows of its shuffles. */
function windowsOf(
  task: SpectrumTask,
  records: WindowRecords | undefined,
  plain: CacheRecord,
  shuffles: readonly Float64Array[],
): WindowSpectra | undefined {
  if (records) return windowSpectra(task, records.own, records.drawn?.spectra ?? []);
  return task.windows === 'same' ? windowSpectra(task, plain, shuffles) : undefined;
}

function windowSpectra(
  { windowPools: pools }: SpectrumTask,
  { rows, cols, slices, spectra }: CacheRecord,
  shuffles: readonly Float64Array[],
): WindowSpectra {
  return { rows, cols, count: slices, pools, singularValues: spectra[0]!, shuffles };
}
