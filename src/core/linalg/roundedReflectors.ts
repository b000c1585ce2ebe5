import { float64View } from './arena.ts';
import type { Block } from './block.ts';
import type { Kernels } from './kernels.ts';

/**
 * tau of reflectors that were rounded: I - tau v v^T is orthogonal for tau = 2 / v^T v alone.
 *
 * @param tau address of `size` float64s
 * @param gram the products of what is stored of the vectors, size x size
 * @param head the square of what is not stored: 1 where the vectors' heads lie elsewhere
 */
export function matchRounded(
  kernels: Kernels,
  tau: number,
  gram: Block,
  size: number,
  head: 0 | 1 = 0,
): void {
  const factors = float64View(kernels, tau, size);
  const products = float64View(kernels, gram.address, size * size);
  for (let i = 0; i < size; i++) {
    if (factors[i] !== 0) factors[i] = 2 / (head + products[i * (size + 1)]!);
  }
}
