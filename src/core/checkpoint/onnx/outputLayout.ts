import type { PartialShape } from './partialShape.ts';

/**
 * How the outputs of a product lie in the axes of a value made of it: factors of their number, outermost
 * first, each with its axis counted from the last one (-1).
 */
export interface OutputLayout {
  readonly lengths: readonly number[];
  readonly axes: readonly number[];
  /** Axes of the value, where that is known. */
  readonly rank: number | undefined;
}

/** After a Reshape: the last axes of the new shape, where together they are as long as the outputs. */
export function reshapedLayout(
  layout: OutputLayout,
  shape: PartialShape,
): OutputLayout | undefined {
  if (layout.lengths.length !== 1 || layout.axes[0] !== -1) return undefined;
  const lengths: number[] = [];
  let product = 1;
  for (let at = shape.lengths.length - 1; product < layout.lengths[0]!; at--) {
    const length = shape.lengths[at];
    if (length === undefined || length < 1) return undefined;
    product *= length;
    lengths.unshift(length);
  }
  if (product !== layout.lengths[0]) return undefined;
  return {
    lengths,
    axes: lengths.map((_, k) => k - lengths.length),
    rank: shape.complete ? shape.lengths.length : undefined,
  };
}

export function transposedLayout(
  layout: OutputLayout,
  order: readonly number[] | undefined,
): OutputLayout | undefined {
  if (!order?.length || (layout.rank !== undefined && layout.rank !== order.length))
    return undefined;
  const rank = order.length;
  const axes = layout.axes.map((axis) => order.indexOf(axis + rank) - rank);
  return axes.some((axis) => axis < -rank) ? undefined : { ...layout, axes, rank };
}

/** An axis counted from the last; undefined where that takes the number of axes, which is not known. */
export function placeOf(axis: number, { rank }: OutputLayout): number | undefined {
  if (axis < 0) return axis;
  return rank === undefined ? undefined : axis - rank;
}
