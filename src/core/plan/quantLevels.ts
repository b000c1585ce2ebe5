import type { Weight } from '../checkpoint/checkpoint.ts';
import type { QuantBits } from './action.ts';
import type { InputLines } from './inputLines.ts';
import type { QuantLevel } from './valueProfile.ts';

/**
 * How a weight is stored quantised. `nbits`: ONNX Runtime's MatMulNBits in place of a MatMul, blocks along the
 * inputs, each padded to its length, at every opset. `dequantize`: DequantizeLinear before the node, one scale
 * for each channel (below opset 21 and for 4 bits ONNX Runtime's own), in blocks from opset 21. Codes
 * are signed, so that there is no zero point to store.
 */
export type QuantForm = 'nbits' | 'dequantize';

/** Lengths of the blocks that are offered. */
export const BLOCKS = [32, 128] as const;

/** The first operator set whose DequantizeLinear takes blocks. */
const BLOCKED_SINCE = 21;

/** Which of the two forms a weight takes. */
export function quantForm(weight: Weight): QuantForm {
  const { op, orientation, shape, consumers } = weight;
  // The operator takes the place of one product; a tensor that others take too has to stay a tensor.
  const one = consumers.length === 1 && !weight.division;
  return op === 'MatMul' && orientation === 'in-out' && shape.length === 2 && one
    ? 'nbits'
    : 'dequantize';
}

/** Every level that the weight's node can carry, with what each takes in the file. */
export function quantLevels(
  weight: Weight,
  { length, channels, lines }: InputLines,
  scaleBytes: number,
  opset: number,
): readonly QuantLevel[] {
  if (quantForm(weight) === 'nbits')
    return BLOCKS.flatMap((block) =>
      ([2, 4, 8] as const).map((bits) => {
        const blocks = channels * Math.ceil(length / block);
        return { bits, block, bytes: blocks * ((block * bits) / 8 + scaleBytes) };
      }),
    );
  const level = (bits: QuantBits, block: number, scales: number): QuantLevel => ({
    bits,
    block,
    bytes: Math.ceil((weight.parameters * bits) / 8) + scales * scaleBytes,
  });
  const levels = ([4, 8] as const).map((bits) => level(bits, 0, channels));
  if (opset < BLOCKED_SINCE) return levels;
  // A block as long as the line is a scale for each channel and kernel position: no gain over none.
  const blocks = BLOCKS.filter((block) => block < length);
  return [
    ...levels,
    ...blocks.flatMap((block) =>
      ([4, 8] as const).map((bits) =>
        level(bits, block, channels * lines * Math.ceil(length / block)),
      ),
    ),
  ];
}
