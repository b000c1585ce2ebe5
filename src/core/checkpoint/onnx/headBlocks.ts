import type { HeadBlocks, Weight } from '../checkpoint.ts';
import { bandLength } from '../divisionParts.ts';

/** Outputs of a projection, or of the part of it with that name; undefined where it has no such part. */
export function blockLength(weight: Weight, part: string): number | undefined {
  const { division, orientation } = weight;
  if (!division) return orientation === 'in-out' ? colsOf(weight) : rowsOf(weight);
  if (division.batchAxes > 0) return undefined;
  const band = division.bands.find(({ name }) => name === part);
  return band && bandLength(band);
}

/** The side of a projection on which its outputs are; undefined where it has no such part. */
export function headBlocks(weight: Weight, part: string): HeadBlocks | undefined {
  if (blockLength(weight, part) === undefined) return undefined;
  return {
    weight: weight.id,
    part: weight.division ? part : '',
    side: weight.orientation === 'in-out' ? 'cols' : 'rows',
  };
}

/** The side of the matrix after the heads on which they come in, where it is as long as they are together. */
export function joinedBlocks(
  output: Weight,
  value: HeadBlocks,
  heads: number,
  weights: readonly Weight[],
): HeadBlocks | undefined {
  if (output.division) return undefined;
  const isInOut = output.orientation === 'in-out';
  const inputs = isInOut ? rowsOf(output) : colsOf(output);
  const source = weights.find(({ id }) => id === value.weight);
  const joined = source && blockLength(source, value.part === '' ? 'value' : value.part);
  if (inputs !== joined || inputs % heads !== 0) return undefined;
  return { weight: output.id, part: '', side: isInOut ? 'rows' : 'cols' };
}

function rowsOf({ shape, rowAxes }: Weight): number {
  return shape.slice(0, rowAxes).reduce((all, length) => all * length, 1);
}

function colsOf(weight: Weight): number {
  return weight.parameters / rowsOf(weight);
}
