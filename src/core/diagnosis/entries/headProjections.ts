import type { Matrix } from '../../linalg/matrix.ts';
import { entriesOf, type EntryReader } from './entryReader.ts';
import type { Side } from './lineReader.ts';
import { randomBits } from '../../spectrum/randomBits.ts';

/** Directions in the space that all heads share: products of two sketches have their square. */
export const HEAD_DIRECTIONS = 16;

/** The same for every matrix: those of query and key must be projected alike. */
const SEED = 77_100;

/** Query and key, or value and output, share the width of the model on this and the other side of a head. */
export type Space = 'first' | 'second';

/**
 * What random directions in the width of the model make of the outputs of all heads: HEAD_DIRECTIONS arrays
 * as long as the heads' side of the matrix. The two factors of a head's product have directions of their own
 * (`space`), or a product would be projected on equal pairs.
 */
export function headProjections(
  matrix: Matrix | EntryReader,
  side: Side,
  space: Space,
): readonly Float64Array[] {
  const entries = entriesOf(matrix);
  const { rows, cols } = entries;
  const [heads, width] = side === 'cols' ? [cols, rows] : [rows, cols];
  const directions = Array.from({ length: HEAD_DIRECTIONS }, (_, k) => {
    const bits = randomBits(SEED + k + (space === 'first' ? 0 : HEAD_DIRECTIONS));
    return Float64Array.from({ length: width }, () => Math.sqrt(3) * (bits() / 2 ** 31 - 1));
  });
  const projections = directions.map(() => new Float64Array(heads));
  let first = 0;
  for (const data of entries.blocks()) {
    for (const [k, direction] of directions.entries())
      projectRows(data, cols, side, first, direction, projections[k]!);
    first += data.length / cols;
  }
  return projections;
}

/** Adds what some whole rows, the first of them with the index `first`, are in one direction. */
function projectRows(
  data: Float64Array,
  cols: number,
  side: Side,
  first: number,
  direction: Float64Array,
  projected: Float64Array,
): void {
  for (let i = first, at = 0; at < data.length; i++) {
    if (side === 'cols') {
      const along = direction[i]!;
      for (let j = 0; j < cols; j++, at++) projected[j]! += along * data[at]!;
    } else {
      let sum = 0;
      for (let j = 0; j < cols; j++, at++) sum += direction[j]! * data[at]!;
      projected[i] = sum;
    }
  }
}
