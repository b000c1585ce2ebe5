import type { RangeReader } from '../rangeReader.ts';
import { integerConstant } from './integerConstants.ts';
import { lookUp, type PlacedNode } from './scopes.ts';

/** What a Slice takes: entries `start <= k < end` of one axis, which may be counted from the last (-1). */
export interface SliceBounds {
  readonly axis: number;
  /** Both may be negative (counted from the end of the axis) or beyond it. */
  readonly start: number;
  readonly end: number;
}

/**
 * The bounds of a Slice along one axis that the model holds as constants; undefined where they are
 * computed, where it cuts several axes, or takes only every nth entry. From operator set 10 on they are
 * inputs, before that attributes.
 */
export function sliceBounds(
  { tree, scope }: PlacedNode,
  reader: RangeReader,
): SliceBounds | undefined {
  const given = (input: number, attribute: string): readonly number[] | undefined => {
    const name = tree.inputs[input];
    if (name !== undefined && name !== '') return integerConstant(lookUp(scope, name), reader);
    return tree.attributes.find((each) => each.name === attribute)?.integers;
  };
  const isGiven = (input: number, attribute: string): boolean =>
    (tree.inputs[input] ?? '') !== '' || tree.attributes.some((each) => each.name === attribute);
  const starts = given(1, 'starts');
  const ends = given(2, 'ends');
  if (starts?.length !== 1 || ends?.length !== 1) return undefined;
  const axes = isGiven(3, 'axes') ? given(3, 'axes') : [0];
  const steps = isGiven(4, 'steps') ? given(4, 'steps') : [1];
  if (axes?.length !== 1 || steps?.length !== 1 || steps[0] !== 1) return undefined;
  return { axis: axes[0]!, start: starts[0]!, end: ends[0]! };
}

/** The entries that bounds take of an axis of `length`. */
export function sliceRange(
  { start, end }: SliceBounds,
  length: number,
): { readonly start: number; readonly length: number } {
  const within = (place: number): number =>
    Math.min(length, Math.max(0, place < 0 ? place + length : place));
  const first = within(start);
  return { start: first, length: Math.max(0, within(end) - first) };
}
