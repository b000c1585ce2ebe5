import { FARMS_WINDOWS, ROBUST_WINDOWS } from '../core/spectrum/farmsWindows.ts';
import { solveFlops } from '../core/linalg/singularValues.ts';
import { CancelledError } from '../protocol/cancellation.ts';
import type { WindowsFigures } from '../protocol/reportPanelApi.ts';
import type { CallContext, EngineApi, WindowsSettings } from './engineApi.ts';
import { windowsOf } from './entries.ts';
import { layerEntry } from './layerEntry.ts';
import type { SpectrumTask } from './spectrumTask.ts';
import { concatenated } from './storedMatrix.ts';
import type { WorkerPool } from './workerPool.ts';

/** Four times the 10 of FARMS: 1,600 windows, each with a spectrum of its own. */
const MOST_PER_SIDE = 40;
/** Beyond any matrix: a window of more rows is the whole of it. */
const MOST_ROWS = 1_000_000;
/** A window of fewer rows has one eigenvalue, on which nothing can be fitted. */
const LEAST_ROWS = 2;
/** Wider than any layer by far, so that columns stay countable. */
const MOST_RATIO = 100;

/**
 * The FARMS figures of the layer with that id over other equal windows than those of its report, with the
 * cut and the estimator of the mode, without shuffles of their own. Spectra come from the cache where the same windows have been solved
 * before; many or large windows are shared among the workers. Throws RangeError for settings out of range, for an unknown layer, and for one that is a pool of
 * slices.
 */
export const layerWindows = async (
  { file, mode, id, settings }: Parameters<EngineApi['farms']>[0],
  pool: WorkerPool,
  context: Pick<CallContext<never>, 'signal'> = {},
): Promise<WindowsFigures> => {
  checkSettings(settings);
  const entry = layerEntry(file, mode, id);
  const { rows, ratio, perSide } = settings;
  // Pooled slices have windows of a shape that is given by the kernel, so there is nothing to set.
  if (entry.part.kind === 'slices')
    throw new RangeError(
      `${entry.weight.name} in ${file} is a pool of ${entry.part.view.offsets.length} slices, not one matrix: it has no windows.`,
    );
  const { windows, windowPools } = windowsOf(entry.task.source, entry.part, {
    rowSamples: rows,
    ratio,
    placing: { kind: 'spread', perSide },
    overhang: (mode === 'robust' ? ROBUST_WINDOWS : FARMS_WINDOWS).overhang,
  });
  const task: SpectrumTask = {
    ...entry.task,
    shuffles: 0,
    windowShuffles: 0,
    compatSource: 'same',
    windows,
    windowPools,
    wantSpectrum: false,
    wantEntries: false,
    heads: [],
  };
  const outcome = await pool.run({
    task: { ...task, windowSpectra: await sharedWindows(task, entry.bytes, pool, context) },
    flops: entry.flops,
    bytes: entry.bytes,
    signal: context.signal,
    onStart: () => undefined,
    onStep: () => undefined,
  });
  if (outcome.status === 'solved') {
    const { fits, farmsEsd } = outcome.figures;
    return {
      farms: { ...fits.farms, null: null },
      esd: { ...farmsEsd, counts: [...farmsEsd.counts] },
    };
  }
  const reason = outcome.status === 'failed' ? outcome.reason : 'it has NaN or infinite entries';
  throw new Error(`The windows of ${entry.weight.name} in ${file} cannot be solved: ${reason}.`);
};

/** Below so many operations, a few tenths of a second, sharing costs more than it saves. */
const WORTH_SHARING = 2e9;

/**
 * The spectra of all windows of a task, an equal share of them from each worker; undefined where they are
 * left to the task itself: they are few, or known already, or something is wrong, which the task will tell.
 */
async function sharedWindows(
  task: SpectrumTask,
  bytes: number,
  pool: WorkerPool,
  { signal }: Pick<CallContext<never>, 'signal'>,
): Promise<Float64Array | undefined> {
  if (typeof task.windows === 'string') return undefined;
  const { rows, cols, offsets } = task.windows.view;
  const flops = offsets.length * solveFlops(rows, cols);
  const shares = Math.min(pool.size, offsets.length);
  if (shares < 2 || flops < WORTH_SHARING) return undefined;
  const parts = Array.from({ length: shares }, (_, k) => {
    const first = Math.floor((k * offsets.length) / shares);
    return { first, count: Math.floor(((k + 1) * offsets.length) / shares) - first };
  });
  const job = { flops: flops / shares, bytes, onStart: () => undefined, onStep: () => undefined };
  const found = await Promise.allSettled(
    parts.map((part) => pool.solveWindows({ ...job, task, signal }, part)),
  );
  const spectra = found.map((each) => (each.status === 'fulfilled' ? each.value : undefined));
  if (signal?.aborted) throw new CancelledError();
  return spectra.every((each) => each !== undefined && each.length > 0)
    ? concatenated(spectra as Float64Array[])
    : undefined;
}

function checkSettings({ rows, ratio, perSide }: WindowsSettings): void {
  if (!Number.isInteger(rows) || rows < LEAST_ROWS || rows > MOST_ROWS)
    throw new RangeError(
      `A window cannot have ${rows} rows: give a whole number from ${LEAST_ROWS} to ${MOST_ROWS}.`,
    );
  if (!Number.isInteger(perSide) || perSide < 1 || perSide > MOST_PER_SIDE)
    throw new RangeError(
      `There cannot be ${perSide} windows along a side: give a whole number from 1 to ${MOST_PER_SIDE}.`,
    );
  if (!(ratio >= 1 / MOST_RATIO && ratio <= MOST_RATIO) || Math.trunc(rows * ratio) < LEAST_ROWS)
    throw new RangeError(
      `A window of ${rows} rows cannot have ${ratio} times as many columns: give a ratio from 1/${MOST_RATIO} to ${MOST_RATIO} that leaves at least ${LEAST_ROWS} columns.`,
    );
}
