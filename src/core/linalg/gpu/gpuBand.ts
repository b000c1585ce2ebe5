import type { Matrix } from '../matrix.ts';
import { type BandLayout, bandLayout, type BandSizes, roundUp } from './bandLayout.ts';
import {
  BAND_PROGRAMS,
  type BandBatch,
  type BandBuffers,
  bandReduction,
  triangleReduction,
} from './bandReduction.ts';
import type { BandBlocks } from './bandValues.ts';
import type { Dispatch, GpuBuffer, GpuDevice } from './gpuDevice.ts';
import { GpuError } from './gpuError.ts';
import { preparePrograms, type ReadyPrograms } from './gpuPrograms.ts';
import { type GpuUse, memoryBudget, runDispatches, withBuffers } from './gpuRun.ts';
import { mixPasses } from './hadamardMixing.ts';
import {
  BAND_WIDTH,
  blockRows,
  layoutOf,
  type PreparedBand,
  preparedBand,
} from './preparedBand.ts';
import { MIX_SEED } from './roundedMatrix.ts';
import { mixLines } from './wgsl/mixPrograms.ts';

/** How far the sum of squares may be off before the device is not believed: float32 is off by 1e-6. */
const SQUARES_TOLERANCE = 1e-4;

/** The GPU's share of a solve. */
export interface GpuBand {
  /** Undefined where the matrix is zero. */
  readonly band: BandBlocks | undefined;
  /** Singular values of the matrix in all. */
  readonly count: number;
  /** Singular values of the band -> those of the matrix, in place. */
  readonly unscale: (values: Float64Array) => void;
}

/**
 * Reduces a matrix to a band on the device, in float32: at most 5e-7 of the largest singular value is lost,
 * on every kind of matrix, because it is mixed first (`mixMatrix`). Only the band is read back.
 *
 * @throws GpuError `too-large` where the adapter's limits or the budget do not allow the matrix,
 * `wrong-result` where the device's result cannot be right, and as the device does; LinalgError
 * `bad-shape`, `not-finite`, `cancelled`.
 */
export async function gpuBand(
  matrix: Matrix,
  device: GpuDevice,
  use: GpuUse = {},
): Promise<GpuBand> {
  return bandOf(preparedBand(matrix), device, use);
}

/** The same of a matrix that has been prepared, perhaps on another thread. */
export async function bandOf(
  prepared: PreparedBand,
  device: GpuDevice,
  use: GpuUse = {},
): Promise<GpuBand> {
  const { rows, cols, blocks, squares, fromUnit } = prepared;
  const unscale = (values: Float64Array): void => {
    for (let i = 0; i < values.length; i++) values[i] = values[i]! * fromUnit[0] * fromUnit[1];
  };
  const [whole] = blocks;
  if (!whole) return { band: undefined, count: cols, unscale };
  const { isTall, layout } = layoutOf(rows, cols);
  requireRoom(layout, 1, device, use);
  const programs = await preparePrograms(
    device,

    [...BAND_PROGRAMS, 'mix', ...(isTall ? (['clearLower'] as const) : [])],
    BAND_WIDTH,
  );
  const triangles = await withBuffers(device, bufferSizes(layout, 1), async (flat) => {
    const buffers = bandBuffers(flat);
    const job = { layout, batch: 1, buffers, programs };
    const square = isTall ? await foldMatrix(prepared, job, device, use) : job;
    if (!isTall) {
      device.write(buffers.matrix, 0, whole);
      const mixing = mixDispatches(programs, buffers.matrix, { ...layout, rows, cols, base: 0 });
      await runDispatches(device, mixing, use);
    }
    await runDispatches(device, bandReduction(square), use);
    return device.read(buffers.blocks, 0, layout.sizes.blocks);
  });
  const band = { width: BAND_WIDTH, size: layout.cols, triangles };
  requirePlausible(band, squares, device);
  return { band, count: cols, unscale };
}

/** Bytes of device memory that `gpuBand` takes for a matrix of this shape. */
export function gpuBandBytes(rows: number, cols: number): number {
  return bandBytes(layoutOf(Math.max(rows, cols), Math.min(rows, cols)).layout, 1);
}

/** Bytes of device memory that a batch takes. */
export function bandBytes(layout: BandLayout, batch: number): number {
  return 4 * Object.values(bufferSizes(layout, batch)).reduce((sum, count) => sum + count, 0);
}

type FlatName =
  Exclude<keyof BandSizes, 'triangles' | 'basis'> | `${'triangles' | 'basis'}${0 | 1}`;

export function bufferSizes({ sizes }: BandLayout, batch: number): Record<FlatName, number> {
  const { triangles, basis, ...single } = sizes;
  const flat = {
    ...single,
    triangles0: triangles,
    triangles1: triangles,
    basis0: basis,
    basis1: basis,
  };
  return Object.fromEntries(
    Object.entries(flat).map(([name, count]) => [name, count * batch]),
  ) as Record<FlatName, number>;
}

export function bandBuffers(flat: Readonly<Record<FlatName, GpuBuffer>>): BandBuffers {
  const { triangles0, triangles1, basis0, basis1, ...single } = flat;
  return { ...single, triangles: [triangles0, triangles1], basis: [basis0, basis1] };
}

/** @throws GpuError `too-large`. */
export function requireRoom(
  layout: BandLayout,
  batch: number,
  device: GpuDevice,
  use: GpuUse,
): void {
  const largest = 4 * Math.max(...Object.values(bufferSizes(layout, batch)));
  const { maxBindingBytes, maxBufferBytes } = device.limits;
  const most = Math.min(maxBindingBytes, maxBufferBytes);
  const what = `A matrix of ${layout.rows} x ${layout.cols}`;
  if (largest > most) {
    throw new GpuError(
      'too-large',
      `${what} needs a buffer of ${megabytes(largest)} MiB on the GPU; ${device.adapter.name} allows ${megabytes(most)} MiB.`,
    );
  }
  const bytes = bandBytes(layout, batch);
  const budget = memoryBudget(device, use);
  if (bytes > budget) {
    throw new GpuError(
      'too-large',
      `${what} needs ${megabytes(bytes)} MiB of GPU memory, more than the ${megabytes(budget)} MiB that may be used of ${device.adapter.name}.`,
    );
  }
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}

interface MixTarget {
  readonly rows: number;
  readonly cols: number;
  /** float32 at which the first row starts. */
  readonly base: number;
  readonly batch?: number;
}

/** Mixes `rows` x `cols` entries of every matrix of a batch from both sides. */
export function mixDispatches(
  programs: ReadyPrograms<'mix'>,
  buffer: GpuBuffer,
  target: MixTarget & { readonly sizes: { readonly matrix: number }; readonly width: number },
): readonly Dispatch[] {
  const { rows, cols, base, batch = 1, sizes, width } = target;
  const stride = roundUp(cols, width);
  const axes = [
    { length: cols, others: rows, stride: 1, otherStride: stride, seed: MIX_SEED + 4 },
    { length: rows, others: cols, stride, otherStride: 1, seed: MIX_SEED + 6 },
  ];
  return axes.flatMap(({ length, seed, ...axis }) =>
    mixPasses(length, seed).map(({ log2Block, first, blocks, seed: passSeed }) =>
      programs.dispatch(
        'mix',
        [buffer],
        { log2Block, first, seed: passSeed, ...axis, base0: base, batchStride: sizes.matrix },
        [Math.ceil(axis.others / mixLines(2 ** log2Block)), blocks, batch],
        batch * blocks * 2 ** log2Block * log2Block * axis.others,
      ),
    ),
  );
}

/**
 * Folds the rows of a tall matrix into its triangle, some at a time; the device's memory holds the triangle
 * and the rows that are being folded. Returns the job that reduces the triangle further.
 */
async function foldMatrix(
  { rows, cols, blocks }: PreparedBand,
  job: Omit<BandBatch, 'programs'> & {
    readonly programs: ReadyPrograms<'mix' | 'clearLower' | (typeof BAND_PROGRAMS)[number]>;
  },
  device: GpuDevice,
  use: GpuUse,
): Promise<BandBatch> {
  const { layout, buffers, programs } = job;
  const { width, cols: stride } = layout;
  for (const [k, { first, count }] of blockRows(rows, cols).entries()) {
    const top = first === 0 ? 0 : stride;
    const base = top * stride;
    const block = new Float32Array((layout.rows - top) * stride);
    block.set(blocks[k]!);
    device.write(buffers.matrix, 4 * base, block);
    const target = { ...layout, rows: count, cols, base };
    const clear = programs.dispatch(
      'clearLower',
      [buffers.matrix],
      { size: stride, stride },
      [Math.ceil(stride / 64), stride, 1],
      0,
    );
    const dispatches = [
      ...mixDispatches(programs, buffers.matrix, target),
      ...triangleReduction(job),
      clear,
    ];
    await runDispatches(device, dispatches, use);
  }
  return { ...job, layout: bandLayout(cols, cols, width) };
}

/** @throws GpuError `wrong-result` unless the band is finite and has the matrix's sum of squares. */
function requirePlausible({ triangles }: BandBlocks, squares: number, device: GpuDevice): void {
  let found = 0;
  for (const value of triangles) found += value * value;
  if (Math.abs(found - squares) <= SQUARES_TOLERANCE * squares) return;
  throw new GpuError(
    'wrong-result',
    `${device.adapter.name} gave a wrong result: the squares of the reduced matrix add up to ${found} where those of the matrix are ${squares}.`,
  );
}
