import type {
  Checkpoint,
  SkippedTensor,
  Weight,
  WeightPart,
} from '../core/checkpoint/checkpoint.ts';
import { matrixViews } from '../core/checkpoint/matrixViews.ts';
import { partStorage } from '../core/checkpoint/partStorage.ts';
import { solveBytes, solveFlops } from '../core/linalg/singularValues.ts';
import { FARMS_WINDOWS, farmsWindows, ROBUST_WINDOWS } from '../core/spectrum/farmsWindows.ts';
import { shuffleCount } from '../core/spectrum/shuffles.ts';
import type { AnalyzeRequest } from './engineApi.ts';
import { globMatcher } from '../core/report/glob.ts';
import { BLOCK_ENTRIES, isStreamed } from './streamedMatrix.ts';
import type { SpectrumSource, SpectrumTask } from './spectrumTask.ts';

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
    for (const part of kept) entries.push(entryOf(weight, part, request));
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

function entryOf(weight: Weight, part: WeightPart, request: AnalyzeRequest): Entry {
  const id = part.part === '' ? weight.id : `${weight.id}#${part.part}`;
  const robust = request.mode === 'robust';
  const { rows, cols, offsets } = part.view;
  const shuffles = robust ? shuffleCount(Math.min(rows, cols)) : 0;
  const source = sourceOf(weight, part);
  const compatPart = robust ? compatPartOf(weight, part) : 'same';
  const compatSource = typeof compatPart === 'string' ? compatPart : sourceOf(weight, compatPart);
  const windows = windowsOf(source, part, request.mode);
  const solves = [
    { rows, cols, times: offsets.length * (1 + shuffles) },
    ...(typeof compatPart === 'string'
      ? []
      : [{ ...compatPart.view, times: compatPart.view.offsets.length }]),
    ...(typeof windows === 'string'
      ? []
      : [{ ...windows.view, times: windows.view.offsets.length }]),
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
      shuffles,
      seed: request.seed,
      wantSpectrum: request.spectra,
    },
    flops: solves.reduce((sum, each) => sum + each.times * solveFlops(each.rows, each.cols), 0),
    // The decoded tensor, one gathered or shuffled copy of the matrix, and the solver's own.
    bytes:
      BYTES_PER_VALUE * valuesInMemory(source) +
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

/** Of a tall weight a block, its shuffle and what is read of it; of another all of it and a copy. */
function valuesInMemory(source: SpectrumSource): number {
  if (isStreamed(source)) return 3 * BLOCK_ENTRIES;
  return source.storage.elements + source.view.rows * source.view.cols;
}

/**
 * The windows of a plain matrix, as it is stored: FARMS takes rows and columns of a PyTorch weight, which
 * a MatMul holds transposed.
 */
function windowsOf(
  source: SpectrumSource,
  { kind }: WeightPart,
  mode: AnalyzeRequest['mode'],
): SpectrumTask['windows'] {
  const { view } = source;
  if (kind === 'slices' || view.offsets.length !== 1) return 'none';
  const settings = mode === 'robust' ? ROBUST_WINDOWS : FARMS_WINDOWS;
  const { rows, cols, starts } = farmsWindows(view.rows, view.cols, settings);
  if (rows === view.rows && cols === view.cols) return 'same';
  const offsets = starts.map(
    ([row, col]) => view.offsets[0]! + row * view.rowStride + col * view.colStride,
  );
  return { ...source, view: { ...view, rows, cols, offsets } };
}

/** What WeightWatcher would solve of the weight that a part belongs to. */
function compatPartOf(weight: Weight, part: WeightPart): WeightPart | 'same' | 'none' {
  if (part.kind === 'flattened') return matrixViews(weight, 'compat').parts[0] ?? 'none';
  return weight.division ? 'none' : 'same';
}

function sourceOf(weight: Weight, part: WeightPart): SpectrumSource {
  const { storage, shape } = weight;
  const scale = part.kind === 'slices' ? 'pooled-conv' : 'none';
  const { rows, cols, rowStride, colStride, offsets } = part.view;
  const [first] = offsets;
  // A gate or an entry of a batch is read alone: hundreds of them would each read the whole tensor.
  if (part.part !== '' && part.kind === 'matrix' && colStride === 1 && rowStride === cols) {
    const own = partStorage(storage, first!, rows * cols);
    const view = { ...part.view, offsets: [0] };
    if (own) return { storage: own, shape: [rows, cols], view, scale };
  }
  return { storage, shape, view: part.view, scale };
}

/** The layer's name with its part, as progress and findings show it. */
export function nameOf({ weight, part }: Entry): string {
  return part.part === '' ? weight.name : `${weight.name} (${part.part})`;
}
