import type { Geometry } from '../rewrite/inputTaps.ts';

/** The patches of one entry of a batch. */
export interface PatchPlan {
  readonly channels: number;
  readonly kernel: readonly number[];
  /** Lengths of the axes of the input and of the output. */
  readonly space: readonly number[];
  readonly output: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Before each axis. */
  readonly before: readonly number[];
}

/** Lays out a convolution over an input `[batch, channels, ...space]` (ONNX, operator Conv). */
export function patchPlan(
  shape: readonly number[],
  kernel: readonly number[],
  { strides, dilations, pads, autoPad }: Geometry,
): PatchPlan {
  const [, channels = 0, ...space] = shape;
  const axes = kernel.map((length, axis) => {
    const [stride, dilation] = [strides[axis] ?? 1, dilations[axis] ?? 1];
    const reach = (length - 1) * dilation + 1;
    const size = space[axis] ?? 0;
    if (autoPad === 'SAME_UPPER' || autoPad === 'SAME_LOWER') {
      const output = Math.ceil(size / stride);
      const all = Math.max(0, (output - 1) * stride + reach - size);
      const before = autoPad === 'SAME_UPPER' ? Math.floor(all / 2) : Math.ceil(all / 2);
      return { output, before };
    }
    const given = autoPad === 'VALID' ? [0, 0] : [pads[axis] ?? 0, pads[kernel.length + axis] ?? 0];
    const output = Math.floor((size + given[0]! + given[1]! - reach) / stride) + 1;
    return { output: Math.max(0, output), before: given[0]! };
  });
  return {
    channels,
    kernel,
    space,
    output: axes.map(({ output }) => output),
    before: axes.map(({ before }) => before),
    strides: kernel.map((_, axis) => strides[axis] ?? 1),
    dilations: kernel.map((_, axis) => dilations[axis] ?? 1),
  };
}

/** Places of the output: patches of one entry of the batch. */
export function patchCount({ output }: PatchPlan): number {
  return output.reduce((all, length) => all * length, 1);
}

/**
 * The patch at place `index` (row-major over the output), flattened as `[channels, ...kernel]`, zeros where it
 * reaches over the edge.
 *
 * @param values the tensor, the entry's own values from `offset` on
 */
export function readPatch(
  values: Float64Array,
  offset: number,
  plan: PatchPlan,
  index: number,
  target: Float64Array,
): void {
  const { channels, kernel, space, output, strides, dilations, before } = plan;
  const axes = kernel.length;
  const origin = new Array<number>(axes).fill(0);
  let rest = index;
  for (let axis = axes - 1; axis >= 0; axis--) {
    const length = output[axis]!;
    origin[axis] = (rest % length) * strides[axis]! - before[axis]!;
    rest = Math.floor(rest / length);
  }
  const taps = kernel.reduce((all, length) => all * length, 1);
  const plane = space.reduce((all, length) => all * length, 1);
  for (let tap = 0; tap < taps; tap++) {
    let left = tap;
    let place = 0;
    let step = 1;
    for (let axis = axes - 1; axis >= 0; axis--) {
      const at = origin[axis]! + (left % kernel[axis]!) * dilations[axis]!;
      left = Math.floor(left / kernel[axis]!);
      if (at < 0 || at >= space[axis]!) {
        place = -1;
        break;
      }
      place += at * step;
      step *= space[axis]!;
    }
    for (let channel = 0; channel < channels; channel++)
      target[channel * taps + tap] = place < 0 ? 0 : values[offset + channel * plane + place]!;
  }
}
