/** Which values share a scale: those of one index along `axis`, or runs of `block` along it. */
export interface ScaleGroups {
  readonly shape: readonly number[];
  readonly axis: number;
  /** 0: one scale for each index along the axis. Else runs of so many along it, the last one shorter. */
  readonly block: number;
}

/** Whole numbers from -2^(bits - 1) to 2^(bits - 1) - 1, each standing for itself times its scale. */
export interface QuantizedValues {
  readonly levels: Int8Array;
  readonly scales: Float64Array;
  readonly scaleShape: readonly number[];
}

/** Shares of the range that the largest magnitude may be clipped to; fewer bits gain from clipping more. */
const CLIPS = 48;
const LEAST_CLIP = 0.35;

/**
 * Symmetric rounding of a row-major tensor, each group's scale the one of least squared error among 49
 * clips of its largest magnitude, and then that of least squares for the levels found.
 *
 * @param roundScale the value that a scale has where it is stored
 */
export function quantizedValues(
  values: Float64Array,
  groups: ScaleGroups,
  bits: number,
  roundScale: (scale: number) => number,
): QuantizedValues {
  const { scaleShape, members } = groupMembers(groups);
  const levels = new Int8Array(values.length);
  const scales = new Float64Array(members.length);
  for (const [g, indices] of members.entries()) {
    const own = Float64Array.from(indices, (index) => values[index]!);
    const scale = bestScale(own, bits, roundScale);
    scales[g] = scale;
    for (const [k, index] of indices.entries()) levels[index] = levelOf(own[k]!, scale, bits);
  }
  return { levels, scales, scaleShape };
}

/** What the levels stand for, row-major. */
export function dequantized(
  { levels, scales }: QuantizedValues,
  groups: ScaleGroups,
): Float64Array {
  const values = new Float64Array(levels.length);
  for (const [g, indices] of groupMembers(groups).members.entries())
    for (const index of indices) values[index] = levels[index]! * scales[g]!;
  return values;
}

/** The shape of the scales: one axis, or the tensor's with the axis in runs. */
export function scaleShapeOf({ shape, axis, block }: ScaleGroups): readonly number[] {
  if (block === 0) return [shape[axis]!];
  return shape.map((length, k) => (k === axis ? Math.ceil(length / block) : length));
}

/** Row-major indices of each group's values, groups in the order of the scales. */
function groupMembers(groups: ScaleGroups): {
  readonly scaleShape: readonly number[];
  readonly members: readonly Int32Array[];
} {
  const { shape, axis, block } = groups;
  const scaleShape = scaleShapeOf(groups);
  const product = (lengths: readonly number[]): number => lengths.reduce((a, b) => a * b, 1);
  const [outer, length, inner] = [
    product(shape.slice(0, axis)),
    shape[axis]!,
    product(shape.slice(axis + 1)),
  ];
  const run = block === 0 ? 1 : block;
  const runs = Math.ceil(length / run);
  const members: Int32Array[] = [];
  if (block === 0) {
    for (let i = 0; i < length; i++) {
      const own = new Int32Array(outer * inner);
      for (let o = 0, at = 0; o < outer; o++)
        for (let n = 0; n < inner; n++) own[at++] = (o * length + i) * inner + n;
      members.push(own);
    }
    return { scaleShape, members };
  }
  for (let o = 0; o < outer; o++)
    for (let r = 0; r < runs; r++)
      for (let n = 0; n < inner; n++) {
        const size = Math.min(run, length - r * run);
        members.push(
          Int32Array.from({ length: size }, (_, k) => (o * length + r * run + k) * inner + n),
        );
      }
  return { scaleShape, members };
}

function bestScale(
  values: Float64Array,
  bits: number,
  roundScale: (scale: number) => number,
): number {
  const most = 2 ** (bits - 1) - 1;
  const largest = values.reduce((size, value) => Math.max(size, Math.abs(value)), 0);
  let best = roundScale(largest / Math.max(1, most));
  if (largest === 0 || best === 0) return roundScale(1);
  let least = squaredError(values, best, bits);
  const consider = (candidate: number): void => {
    const scale = roundScale(candidate);
    if (!(scale > 0)) return;
    const error = squaredError(values, scale, bits);
    if (error < least) [best, least] = [scale, error];
  };
  for (let k = 0; k < CLIPS; k++) {
    const clip = LEAST_CLIP + ((1.05 - LEAST_CLIP) * k) / CLIPS;
    consider((clip * largest) / Math.max(1, most));
  }
  let [cross, square] = [0, 0];
  for (const value of values) {
    const level = levelOf(value, best, bits);
    cross += value * level;
    square += level * level;
  }
  if (square > 0) consider(cross / square);
  return best;
}

function squaredError(values: Float64Array, scale: number, bits: number): number {
  let sum = 0;
  for (const value of values) sum += (value - levelOf(value, scale, bits) * scale) ** 2;
  return sum;
}

function levelOf(value: number, scale: number, bits: number): number {
  const limit = 2 ** (bits - 1);
  return Math.max(-limit, Math.min(limit - 1, Math.round(value / scale)));
}
