import type {
  Checkpoint,
  SkippedTensor,
  Weight,
  WeightPart,
} from '../core/checkpoint/checkpoint.ts';
import { matrixViews } from '../core/checkpoint/matrixViews.ts';
import { runsStorage } from '../core/checkpoint/partStorage.ts';
import { solveBytes, solveFlops } from '../core/linalg/singularValues.ts';
import {
  FARMS_WINDOWS,
  farmsWindows,
  kernelWindows,
  ROBUST_WINDOWS,
  type WindowSettings,
} from '../core/spectrum/farmsWindows.ts';
import type { Fan } from '../core/spectrum/figures.ts';
import { shuffleCount, WINDOW_SHUFFLES } from '../core/spectrum/shuffles.ts';
import type { AnalyzeRequest } from './engineApi.ts';
import { globMatcher } from '../core/report/glob.ts';
import { entryId, headUses } from './headUses.ts';
import { heldValues } from './heldValues.ts';
import { type HeadUse, sourcesOf, type SpectrumSource, type SpectrumTask } from './spectrumTask.ts';

/** One entry of the report before it is solved. */
export interface Entry {
  readonly id: string;
  readonly weight: Weight;
  readonly part: WeightPart;
  readonly task: SpectrumTask;
  /** Work of all its solves, in floating-point operations. */
  readonly flops: number;
  /** Peak memory while it is solved. */
  readonly bytes: number;
}

export interface PlannedEntries {
  readonly entries: readonly Entry[];
  /** The checkpoint's own, and the weights that the request leaves out. */
  readonly skipped: readonly SkippedTensor[];
}

/** WeightWatcher's own bounds (constants.py, max_evals and max_N): kept in compat mode only. */
const COMPAT_MAX_EIGENVALUES = 15_000;
const COMPAT_MAX_LARGER_SIDE = 50_000;

const BYTES_PER_VALUE = 8;

/** What is to be solved for a request, in graph order, and why the rest is not. */
export function planEntries(checkpoint: Checkpoint, request: AnalyzeRequest): PlannedEntries {
  const uses = headUses(checkpoint);
  const wanted = globMatcher(request.layers);
  const entries: Entry[] = [];
  const skipped: SkippedTensor[] = [...checkpoint.skipped];
  for (const weight of checkpoint.weights) {
    const skip = (reason: string): void => {
      const { tensor, shape, dtype } = weight;
      skipped.push({ tensor, shape, dtype, reason });
    };
    if (![weight.id, weight.name, weight.tensor].some(wanted)) {
      skip(`not selected: its name does not match '${request.layers}'`);
      continue;
    }
    const { parts, reason } = matrixViews(weight, request.mode);
    if (parts.length === 0) skip(reason);
    const tooSmall = parts.map((part) => sizeReason(part, request));
    const kept = parts.filter((_, k) => tooSmall[k] === '');
    if (parts.length > 0 && kept.length === 0) skip(tooSmall[0]!);
    // Parts of unequal widths: each one left out is told.
    else
      for (const [k, small] of tooSmall.entries())
        if (small !== '') skip(`${parts[k]!.part}: ${small}`);
    for (const part of kept) {
      const unwanted = leftOut(weight, part, request);
      if (unwanted === undefined) entries.push(entryOf(weight, part, request, uses));
      else skip(part.part === '' ? unwanted : `${part.part}: ${unwanted}`);
    }
  }
  return { entries, skipped };
}

/** Empty where the part is large enough, and in compat mode small enough, to be analyzed. */
function sizeReason({ view }: WeightPart, request: AnalyzeRequest): string {
  const smaller = Math.min(view.rows, view.cols);
  const eigenvalues = smaller * view.offsets.length;
  if (eigenvalues < request.minEigenvalues)
    return `a ${view.rows} x ${view.cols} matrix has ${eigenvalues} eigenvalues, fewer than the ${request.minEigenvalues} that a spectrum needs to be worth reading`;
  if (request.mode === 'robust') return '';
  if (eigenvalues > COMPAT_MAX_EIGENVALUES)
    return `${eigenvalues} eigenvalues: WeightWatcher leaves out more than ${COMPAT_MAX_EIGENVALUES}`;
  if (Math.max(view.rows, view.cols) > COMPAT_MAX_LARGER_SIDE)
    return `larger side ${Math.max(view.rows, view.cols)}: WeightWatcher leaves out more than ${COMPAT_MAX_LARGER_SIDE}`;
  return '';
}

function leftOut(weight: Weight, part: WeightPart, request: AnalyzeRequest): string | undefined {
  const id = entryId(weight.id, part.part);
  return request.leftOut && Object.hasOwn(request.leftOut, id) ? request.leftOut[id] : undefined;
}

function entryOf(
  weight: Weight,
  part: WeightPart,
  request: AnalyzeRequest,
  uses: ReadonlyMap<string, readonly HeadUse[]>,
): Entry {
  const id = entryId(weight.id, part.part);
  const robust = request.mode === 'robust';
  const { rows, cols, offsets } = part.view;
  const shuffles = robust ? shuffleCount(Math.min(rows, cols)) : 0;
  const source = sourceOf(weight, part);
  const compatPart = robust ? compatPartOf(weight, part) : 'same';
  const compatSource = typeof compatPart === 'string' ? compatPart : sourceOf(weight, compatPart);
  const { windows, windowPools } = windowsOf(source, part, robust ? ROBUST_WINDOWS : FARMS_WINDOWS);
  const windowShuffles = robust && typeof windows !== 'string' ? WINDOW_SHUFFLES : 0;
  const solves = [
    { rows, cols, times: offsets.length * (1 + shuffles) },
    ...(typeof compatPart === 'string'
      ? []
      : [{ ...compatPart.view, times: compatPart.view.offsets.length }]),
    ...(typeof windows === 'string'
      ? []
      : [{ ...windows.view, times: windows.view.offsets.length + windowShuffles }]),
  ];
  return {
    id,
    weight,
    part,
    task: {
      id,
      mode: request.mode,
      precision: request.precision ?? 'exact',
      source,
      compatSource,
      windows,
      windowPools,
      fan: fanOf(weight, part),
      shuffles,
      windowShuffles,
      seed: request.seed,
      wantSpectrum: request.spectra,
      // WeightWatcher has none of the findings that rest on them.
      wantEntries: robust,
      heads: robust ? (uses.get(id) ?? []) : [],
    },
    flops: solves.reduce((sum, each) => sum + each.times * solveFlops(each.rows, each.cols), 0),
    // What is decoded, and the solver's own.
    bytes:
      BYTES_PER_VALUE * heldValues(sourcesOf({ source, compatSource, windows })) +
      Math.max(
        ...solves.map((each) =>
          solveBytes(each.rows, each.cols, {
            precision: request.precision ?? 'exact',
            library: true,
          }),
        ),
      ),
  };
}

/** More windows of single columns of a depthwise kernel than are worth solving. */
const MOST_KERNEL_WINDOWS = 20_000;

/**
 * The windows of a matrix, as it is stored: FARMS takes rows and columns of a PyTorch weight, which
 * a MatMul holds transposed. Those of pooled slices lie in pools, each the same window of every slice.
 */
export function windowsOf(
  source: SpectrumSource,
  { kind }: WeightPart,
  settings: WindowSettings,
): Pick<SpectrumTask, 'windows' | 'windowPools'> {
  const { view } = source;
  const { rows, cols, starts } =
    kind === 'slices'
      ? kernelWindows(view.rows, view.cols, settings.ratio)
      : farmsWindows(view.rows, view.cols, settings);
  const windowPools = kind === 'slices' ? starts.length : 1;
  if (rows === view.rows && cols === view.cols) return { windows: 'same', windowPools };
  if (starts.length * view.offsets.length > MOST_KERNEL_WINDOWS)
    return { windows: 'none', windowPools };
  const offsets = starts.flatMap(([row, col]) =>
    view.offsets.map((offset) => offset + row * view.rowStride + col * view.colStride),
  );
  return { windows: { ...source, view: { ...view, rows, cols, offsets } }, windowPools };
}

/** A table is looked up, so its rows are no inputs; pooled slices are no one matrix. */
function fanOf({ role, orientation }: Weight, { kind, view }: WeightPart): Fan | null {
  if (role === 'embedding' || kind === 'slices') return null;
  const { rows, cols } = view;
  return orientation === 'in-out' || orientation === 'conv-transpose'
    ? { in: rows, out: cols }
    : { in: cols, out: rows };
}

/** What WeightWatcher would solve of the weight that a part belongs to. */
function compatPartOf(weight: Weight, part: WeightPart): WeightPart | 'same' | 'none' {
  if (part.kind === 'flattened') return matrixViews(weight, 'compat').parts[0] ?? 'none';
  return weight.division ? 'none' : 'same';
}

function sourceOf(weight: Weight, part: WeightPart): SpectrumSource {
  const { storage, shape } = weight;
  const scale = part.kind === 'slices' ? 'pooled-conv' : 'none';
  const { rows, cols, rowStride, colStride, offsets, runs } = part.view;
  const [first] = offsets;
  if (runs) {
    const view = { rows, cols, rowStride: cols, colStride: 1, offsets: [0] };
    return { storage, gathered: part.view, shape: [rows, cols], view, scale };
  }
  // A gate, an entry of a batch or one of fused weights is read alone: each would read the whole tensor.
  if (part.part !== '' && part.kind === 'matrix' && colStride === 1) {
    const own = runsStorage(storage, first!, { runs: rows, length: cols, stride: rowStride });
    const view = { rows, cols, rowStride: cols, colStride, offsets: [0] };
    if (own) return { storage: own, shape: [rows, cols], view, scale };
  }
  return { storage, shape, view: part.view, scale };
}

/** The layer's name with its part, as progress and findings show it. */
export function nameOf({ weight, part }: Pick<Entry, 'weight' | 'part'>): string {
  return part.part === '' ? weight.name : `${weight.name} (${part.part})`;
}
