import type { Band, Division, Weight, WeightPart } from './checkpoint.ts';
import { LIMITS } from './limits.ts';
import type { MatrixViews } from './matrixViews.ts';

/**
 * The matrices that a division makes of a weight, in the order in which they are stored: each a run of
 * rows or of columns of one matrix of the batch, or runs of them at equal distances. Where all are vectors there is none, and the reason says so.
 */
export function divisionParts(weight: Weight, division: Division): MatrixViews {
  const { shape, rowAxes, parameters } = weight;
  const { batchAxes, batchNames, side } = division;
  const count = product(shape.slice(0, batchAxes));
  const rows = product(shape.slice(batchAxes, batchAxes + rowAxes));
  const cols = parameters / count / rows;
  const whole: Band = { name: '', start: 0, length: side === 'rows' ? rows : cols };
  const bands = division.bands.length > 0 ? division.bands : [whole];
  if (count * bands.length > LIMITS.matrices)
    return { parts: [], reason: `${count * bands.length} matrices are more than are analyzed` };
  const sides = bands.map((band) =>
    side === 'rows' ? { rows: bandLength(band), cols } : { rows, cols: bandLength(band) },
  );
  if (sides.every((each) => Math.min(each.rows, each.cols) === 1))
    return {
      parts: [],
      reason: `each of its matrices is a vector of ${Math.max(...sides.map((each) => each.rows * each.cols))} values, whose only singular value is its norm`,
    };
  const parts: WeightPart[] = [];
  for (let k = 0; k < count; k++)
    for (const [b, { name, start, length, repeats }] of bands.entries()) {
      const within = side === 'rows' ? start * cols : start;
      const runs =
        repeats && repeats.count > 1 ? { runs: { side, length, stride: repeats.stride } } : {};
      const numbered = batchAxes > 0 ? `batch ${k + 1}` : '';
      parts.push({
        part: [batchNames[k] ?? numbered, name].filter((each) => each !== '').join(', '),
        kind: 'matrix',
        view: {
          ...sides[b]!,
          rowStride: cols,
          colStride: 1,
          offsets: [k * rows * cols + within],
          ...runs,
        },
      });
    }
  return { parts, reason: '' };
}

/** Rows (columns) of a band, with all its runs. */
export function bandLength({ length, repeats }: Band): number {
  return length * (repeats?.count ?? 1);
}

function product(lengths: readonly number[]): number {
  return lengths.reduce((total, length) => total * length, 1);
}
