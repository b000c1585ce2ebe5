/**
 * How a node sees a stored tensor after Transpose, Reshape and the like: each axis as the stored axes
 * that it runs over, slowest first. Stored axes of length 1 are left out; an axis of length 1 has none.
 */
export interface AxesView {
  readonly lengths: readonly number[];
  readonly axes: readonly (readonly number[])[];
  /** Shape of the stored tensor. */
  readonly stored: readonly number[];
}

export function storedView(shape: readonly number[]): AxesView {
  return {
    lengths: shape,
    axes: shape.map((length, axis) => (length === 1 ? [] : [axis])),
    stored: shape,
  };
}

/** Undefined where `order` is no permutation of the axes. By default the axes are reversed. */
export function transposed(view: AxesView, order?: readonly number[]): AxesView | undefined {
  const rank = view.lengths.length;
  const permutation = order ?? view.lengths.map((_, axis) => rank - 1 - axis);
  if (permutation.length !== rank || new Set(permutation).size !== rank) return undefined;
  if (permutation.some((axis) => !Number.isInteger(axis) || axis < 0 || axis >= rank))
    return undefined;
  return {
    lengths: permutation.map((axis) => view.lengths[axis]!),
    axes: permutation.map((axis) => view.axes[axis]!),
    stored: view.stored,
  };
}

/**
 * A reshape that joins neighbouring axes, takes joined ones apart again, or adds and drops axes of length
 * 1. Undefined where it cuts a stored axis, or where the number of elements differs. In `target`, -1
 * stands for what is left and, unless `zeroIsZero`, 0 for the length of the same axis before.
 */
export function reshaped(
  view: AxesView,
  target: readonly number[],
  zeroIsZero = false,
): AxesView | undefined {
  const lengths = resolvedShape(view.lengths, target, zeroIsZero);
  if (!lengths) return undefined;
  const atoms = view.axes.flat();
  const axes: number[][] = [];
  let next = 0;
  for (const length of lengths) {
    const joined: number[] = [];
    let product = 1;
    while (product < length && next < atoms.length) {
      product *= view.stored[atoms[next]!]!;
      joined.push(atoms[next++]!);
    }
    if (product !== length) return undefined;
    axes.push(joined);
  }
  return next === atoms.length ? { lengths, axes, stored: view.stored } : undefined;
}

/** Without the axes of length 1 that are named (all of them by default). */
export function squeezed(view: AxesView, axes?: readonly number[]): AxesView | undefined {
  const rank = view.lengths.length;
  const dropped = axes?.map((axis) => (axis < 0 ? axis + rank : axis));
  const kept = view.lengths
    .map((_, axis) => axis)
    .filter((axis) => !(dropped ? dropped.includes(axis) : view.lengths[axis] === 1));
  return reshaped(
    view,
    kept.map((axis) => view.lengths[axis]!),
  );
}

/** With axes of length 1 put in, so that they stand at the given places of the result. */
export function unsqueezed(view: AxesView, axes: readonly number[]): AxesView | undefined {
  const rank = view.lengths.length + axes.length;
  const added = new Set(axes.map((axis) => (axis < 0 ? axis + rank : axis)));
  if (added.size !== axes.length || [...added].some((axis) => axis < 0 || axis >= rank))
    return undefined;
  const rest = [...view.lengths];
  const target = Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : rest.shift()!));
  return reshaped(view, target);
}

/** As two axes, cut before `axis`. */
export function flattened(view: AxesView, axis: number): AxesView | undefined {
  const cut = axis < 0 ? axis + view.lengths.length : axis;
  const product = (part: readonly number[]): number => part.reduce((all, each) => all * each, 1);
  return reshaped(view, [product(view.lengths.slice(0, cut)), product(view.lengths.slice(cut))]);
}

/** A matrix as it is stored, or a batch of them, and whether the node sees it transposed. */
export interface StoredMatrix {
  /** How many leading stored axes number the matrices of a batch; 0 for a single matrix. */
  readonly batchAxes: number;
  /** How many stored axes after those are its rows. */
  readonly rowAxes: number;
  readonly transposed: boolean;
}

/**
 * The last two axes of a view as a matrix of the stored tensor, and those before them as its batch;
 * undefined where the stored elements do not lie as one matrix after the other.
 */
export function storedMatrix(view: AxesView): StoredMatrix | undefined {
  const rank = view.lengths.length;
  if (rank < 2) return undefined;
  const batch = view.axes.slice(0, -2).flat();
  const rows = view.axes[rank - 2]!;
  const cols = view.axes[rank - 1]!;
  const isTransposed = rows.length > 0 && cols.length > 0 && rows[0]! > cols[0]!;
  const [first, second] = isTransposed ? [cols, rows] : [rows, cols];
  if (!isAscending([...batch, ...first, ...second])) return undefined;
  return { ...cutAt(view, batch, first, second), transposed: isTransposed };
}

/** What a contraction does with an axis of one of its operands. */
export type AxisUse = 'batch' | 'contracted' | 'kept';

/**
 * The matrix, or batch of them, that a contraction multiplies by, `transposed` where the kept axes are
 * stored before the contracted ones. The order of axes of the same use does not matter: it permutes rows
 * or columns. Undefined where axes of one use are not stored side by side, or the batch not first.
 */
export function storedContraction(
  view: AxesView,
  uses: readonly AxisUse[],
): StoredMatrix | undefined {
  const stored = (wanted: AxisUse): readonly number[] =>
    view.axes.flatMap((axes, k) => (uses[k] === wanted ? axes : [])).sort((a, b) => a - b);
  const [batch, rows, cols] = [stored('batch'), stored('contracted'), stored('kept')];
  const isTransposed = rows.length > 0 && cols.length > 0 && rows[0]! > cols[0]!;
  const [first, second] = isTransposed ? [cols, rows] : [rows, cols];
  if (!isAscending([...batch, ...first, ...second])) return undefined;
  return { ...cutAt(view, batch, first, second), transposed: isTransposed };
}

function cutAt(
  view: AxesView,
  batch: readonly number[],
  first: readonly number[],
  second: readonly number[],
): Pick<StoredMatrix, 'batchAxes' | 'rowAxes'> {
  const batchAxes = (batch.at(-1) ?? -1) + 1;
  const end = first.length > 0 ? first.at(-1)! + 1 : (second[0] ?? view.stored.length);
  return { batchAxes, rowAxes: end - batchAxes };
}

function isAscending(axes: readonly number[]): boolean {
  return axes.every((axis, k) => k === 0 || axis > axes[k - 1]!);
}

/** Whether a convolution's node sees its two axes of channels, and then the kernel's, in the order in which they are stored. */
export function isStoredKernel(view: AxesView): boolean {
  return (
    isAscending(view.axes.flat()) &&
    view.lengths[0] === view.stored[0] &&
    view.lengths[1] === view.stored[1]
  );
}

function resolvedShape(
  before: readonly number[],
  target: readonly number[],
  zeroIsZero: boolean,
): readonly number[] | undefined {
  const lengths = target.map((length, axis) =>
    length === 0 && !zeroIsZero ? (before[axis] ?? -2) : length,
  );
  const elements = before.reduce((all, each) => all * each, 1);
  const open = lengths.indexOf(-1);
  if (open >= 0) {
    const known = lengths.reduce((all, each, k) => (k === open ? all : all * each), 1);
    lengths[open] = known > 0 ? elements / known : -2;
  }
  const valid = lengths.every((length) => Number.isInteger(length) && length > 0);
  return valid && lengths.reduce((all, each) => all * each, 1) === elements ? lengths : undefined;
}
