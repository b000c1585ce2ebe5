import type { Kernels } from '../kernels.ts';
import type { Matrix } from '../matrix.ts';
import { type BandBlocks, bandValues } from './bandValues.ts';
import { gpuBand } from './gpuBand.ts';
import type { GpuDevice } from './gpuDevice.ts';
import type { GpuUse } from './gpuRun.ts';

/** Finishes a band: in a worker, or on this thread. Gives its `count` largest singular values, descending. */
export type FinishBand = (band: BandBlocks, count: number) => Promise<Float64Array> | Float64Array;

/**
 * All min(rows, cols) singular values, descending: dense to band on the device in float32, the band in
 * float64 on the CPU by `finish`. The error of each is at most 5e-7 of the largest. While one matrix is
 * finished the device is free: start the next before this one has ended.
 *
 * @throws GpuError and LinalgError as `gpuBand` and `bandValues` do.
 */
export async function gpuSingularValues(
  matrix: Matrix,
  device: GpuDevice,
  finish: FinishBand,
  use: GpuUse = {},
): Promise<Float64Array> {
  const { band, count, unscale } = await gpuBand(matrix, device, use);
  if (!band) return new Float64Array(count);
  const values = await finish(band, count);
  unscale(values);
  return values;
}

/** Finishes bands on this thread. */
export function finishHere(kernels: Kernels): FinishBand {
  return (band, count) => bandValues(band, count, kernels);
}
