import type { Weight } from '../checkpoint/checkpoint.ts';
import type { QuantBits } from './action.ts';
import type { InputLines } from './inputLines.ts';
import type { QuantLevel } from './valueProfile.ts';

/**
 * How a weight is stored quantised, as the graph around it allows. `nbits`: ONNX Runtime's MatMulNBits in place
 * of every MatMul that takes it, blocks along the inputs, each padded to its length, at every operator set.
 * `dequantize`: DequantizeLinear before the nodes, one scale for each channel, and where `blocks` in blocks.
 * Codes are signed, so that there is no zero point to store.
 */
export type QuantCarrier =
  { readonly form: 'nbits' } | { readonly form: 'dequantize'; readonly blocks: boolean };

/** Lengths of the blocks that are offered. */
export const BLOCKS = [32, 128] as const;

/** Every level that the weight can be carried with, with what each takes in the file. */
export function quantLevels(
  { parameters }: Pick<Weight, 'parameters'>,
  { length, channels, lines }: InputLines,
  scaleBytes: number,
  carrier: QuantCarrier,
): readonly QuantLevel[] {
  if (carrier.form === 'nbits')
    return BLOCKS.flatMap((block) =>
      ([2, 4, 8] as const).map((bits) => {
        const blocks = channels * Math.ceil(length / block);
        return { bits, block, bytes: blocks * ((block * bits) / 8 + scaleBytes) };
      }),
    );
  const level = (bits: QuantBits, block: number, scales: number): QuantLevel => ({
    bits,
    block,
    bytes: Math.ceil((parameters * bits) / 8) + scales * scaleBytes,
  });
  const levels = ([4, 8] as const).map((bits) => level(bits, 0, channels));
  if (!carrier.blocks) return levels;
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
