import { Arena, float64View, reserve } from '../arena.ts';
import { bandIndex, bandLength } from '../band.ts';
import { chaseBandToBidiagonal, planBidiagonal } from '../bidiagonal.ts';
import { bidiagonalValues, FAST_TOLERANCE } from '../bidiagonalValues.ts';
import type { Kernels } from '../kernels.ts';
import type { SolveOptions } from '../singularValues.ts';
import { kernelContext, solveCancellation } from '../solverContext.ts';

/** An upper band as its triangles. Plain data: it can be finished on any thread. */
export interface BandBlocks {
  /** Superdiagonals, and side of a triangle. */
  readonly width: number;
  /** Rows and columns: a multiple of the width. */
  readonly size: number;
  /**
   * Triangle 2 s is the band's block at (s width, s width), triangle 2 s + 1 the transpose of the one to
   * its right, `[width, width]` row-major each.
   */
  readonly triangles: Float32Array;
}

/**
 * The `count` largest singular values of the band, descending: the bulge chase and the search of `singularValues`,
 * in float64.
 *
 * @throws LinalgError `cancelled`.
 */
export function bandValues(
  { width, size, triangles }: BandBlocks,
  count: number,
  kernels: Kernels,
  options: SolveOptions = {},
): Float64Array {
  const arena = new Arena();
  const context = kernelContext(kernels, arena, solveCancellation(options.cancelled));
  const bandSize = bandLength(size, width);
  const band = arena.float64(bandSize);
  const bidiagonal = planBidiagonal(arena, size, 3 * width + 48);
  reserve(kernels, arena.bytes);
  fillBand(float64View(kernels, band, bandSize), width, size, triangles);
  chaseBandToBidiagonal(context, { band, cols: size, width }, bidiagonal);
  return bidiagonalValues(context, bidiagonal, FAST_TOLERANCE).slice(0, count);
}

function fillBand(band: Float64Array, width: number, size: number, triangles: Float32Array): void {
  band.fill(0);
  for (let top = 0; top < size; top += width) {
    const first = 2 * top * width;
    const second = first + width * width;
    for (let i = 0; i < width; i++) {
      for (let c = i; c < width; c++) {
        band[bandIndex(width, top + i, top + c)] = triangles[first + i * width + c]!;
        if (top + width < size)
          band[bandIndex(width, top + c, top + width + i)] = triangles[second + i * width + c]!;
      }
    }
  }
}
