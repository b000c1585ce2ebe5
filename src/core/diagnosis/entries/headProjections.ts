import type { Matrix } from '../../linalg/matrix.ts';
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
  { rows, cols, data }: Matrix,
  side: Side,
  space: Space,
): readonly Float64Array[] {
  const [heads, width] = side === 'cols' ? [cols, rows] : [rows, cols];
  const directions = Array.from({ length: HEAD_DIRECTIONS }, (_, k) => {
    const bits = randomBits(SEED + k + (space === 'first' ? 0 : HEAD_DIRECTIONS));
    return Float64Array.from({ length: width }, () => Math.sqrt(3) * (bits() / 2 ** 31 - 1));
  });
  return directions.map((direction) => {
    const projected = new Float64Array(heads);
    for (let i = 0, at = 0; i < rows; i++) {
      if (side === 'cols') {
        const along = direction[i]!;
        for (let j = 0; j < cols; j++, at++) projected[j]! += along * data[at]!;
      } else {
        let sum = 0;
        for (let j = 0; j < cols; j++, at++) sum += direction[j]! * data[at]!;
        projected[i] = sum;
      }
    }
    return projected;
  });
}
