import { LIMITS } from '../limits.ts';
import type { RangeReader } from '../rangeReader.ts';
import { integerConstant } from './integerConstants.ts';
import { lookUp, type Value } from './scopes.ts';
import { sliceBounds } from './sliceBounds.ts';

/** What is known of a list of integers: `undefined` stands for one that is computed at run time. */
export interface PartialShape {
  readonly lengths: readonly (number | undefined)[];
  /** False where more may stand before those listed. */
  readonly complete: boolean;
}

/** Operators between a shape and the node that takes it. Exporters use two or three. */
const DEPTH = 6;

const NOTHING: PartialShape = { lengths: [], complete: false };
const ONE_UNKNOWN: PartialShape = { lengths: [undefined], complete: true };

/**
 * The shape that a graph puts together from constants and from axes of its data, as exporters write
 * `[batch, -1, 3, heads, size]`.
 */
export function partialShape(
  value: Value | undefined,
  reader: RangeReader,
  depth = 0,
): PartialShape {
  const known = integerConstant(value, reader);
  if (known) return { lengths: known, complete: true };
  const node = value?.producer;
  if (!node || depth >= DEPTH) return NOTHING;
  const { op, inputs, attributes } = node.tree;
  const input = (index: number): PartialShape => {
    const name = inputs[index];
    return name ? partialShape(lookUp(node.scope, name), reader, depth + 1) : NOTHING;
  };
  switch (op) {
    case 'Identity':
    case 'Cast':
      return input(0);
    case 'Concat':
      return inputs.length <= LIMITS.shapeElements
        ? joined(inputs.map((_, k) => input(k)))
        : NOTHING;
    case 'Unsqueeze': {
      const scalar = input(0);
      return scalar.lengths.length === 1 ? scalar : ONE_UNKNOWN;
    }
    case 'Slice': {
      const bounds = sliceBounds(node, reader);
      const inOrder = bounds?.axis === 0 && bounds.start < 0 === bounds.end < 0;
      return inOrder && bounds.end === bounds.start + 1 ? ONE_UNKNOWN : NOTHING;
    }
    case 'Gather': {
      const index = attributes.some(({ name, integer }) => name === 'axis' && integer !== 0)
        ? undefined
        : inputs[1];
      const indices = index ? integerConstant(lookUp(node.scope, index), reader) : undefined;
      return indices?.length === 1 ? ONE_UNKNOWN : NOTHING;
    }
    default:
      return NOTHING;
  }
}

/** One after the other: what stands before a part of unknown length is not known by place. */
function joined(parts: readonly PartialShape[]): PartialShape {
  let all: PartialShape = { lengths: [], complete: true };
  for (const { lengths, complete } of parts)
    all = complete
      ? { lengths: [...all.lengths, ...lengths], complete: all.complete }
      : { lengths, complete: false };
  return all;
}
