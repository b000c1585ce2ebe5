import type { QuantBits } from './action.ts';
import { codeOf, quantizeGroup, type RoundScale } from './groupQuantizer.ts';
import type { InputLines } from './inputLines.ts';

/** Codes stand for themselves times the scale of their group. */
export interface QuantizedValues {
  /** Row-major, as the tensor. */
  readonly codes: Int8Array;
  /** One for each channel; or the tensor's order with the input axis in runs of `block`. */
  readonly scales: Float64Array;
  /** What the codes stand for. */
  readonly values: Float64Array;
}

/**
 * A tensor quantised as `measureValues` measures it: a scale for each channel where `block` is 0, else for
 * each run of so many values along the inputs, the last of a line perhaps shorter.
 */
export function quantizedValues(
  values: Float64Array,
  layout: InputLines,
  { bits, block }: { readonly bits: QuantBits; readonly block: number },
  signed: boolean,
  round: RoundScale,
): QuantizedValues {
  const { channels, channelStep, lines, lineStep, length, stride } = layout;
  const codes = new Int8Array(values.length);
  const decoded = new Float64Array(values.length);
  const runs = block === 0 ? 1 : Math.ceil(length / block);
  const scales = new Float64Array(block === 0 ? channels : channels * lines * runs);
  const quantize = (indices: readonly number[], place: number): void => {
    const group = Float64Array.from(indices, (index) => values[index]!);
    const { scale } = quantizeGroup(group, bits, signed, round);
    scales[place] = scale;
    for (const [k, index] of indices.entries()) {
      const code = codeOf(group[k]!, scale, bits);
      codes[index] = code;
      decoded[index] = code * scale;
    }
  };
  for (let c = 0; c < channels; c++) {
    const channel: number[] = [];
    for (let l = 0; l < lines; l++) {
      const start = c * channelStep + l * lineStep;
      const line = Array.from({ length }, (_, k) => start + k * stride);
      if (block === 0) channel.push(...line);
      else
        for (let run = 0; run < runs; run++) {
          const outer = Math.floor(start / (length * stride));
          const place = (outer * runs + run) * stride + (start % stride);
          quantize(line.slice(run * block, (run + 1) * block), place);
        }
    }
    if (block === 0) quantize(channel, c);
  }
  return { codes, scales, values: decoded };
}
