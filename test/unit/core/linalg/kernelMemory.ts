import { type Arena, float64View, reserve } from '../../../../src/core/linalg/arena.ts';
import {
  type Block,
  copyInto,
  type Element,
  newBlock,
  paddedBlock,
} from '../../../../src/core/linalg/block.ts';
import type { Kernels } from '../../../../src/core/linalg/kernels.ts';
import type { Matrix } from '../../../../src/core/linalg/matrix.ts';

/** Puts a matrix into the kernels' memory, its rows `gap` float64s longer than needed. */
export function store(kernels: Kernels, arena: Arena, matrix: Matrix, gap = 0): Block {
  const stride = matrix.cols + gap;
  const { address } = newBlock(arena, matrix.rows, stride);
  reserve(kernels, arena.bytes);
  const view = float64View(kernels, address, matrix.rows * stride).fill(NaN);
  for (let i = 0; i < matrix.rows; i++) {
    view.set(matrix.data.subarray(i * matrix.cols, (i + 1) * matrix.cols), i * stride);
  }
  return { address, stride, element: 'float64' };
}

/** Reads a matrix back. */
export function fetch(kernels: Kernels, block: Block, rows: number, cols: number): Matrix {
  const view = float64View(kernels, block.address, (rows - 1) * block.stride + cols);
  const data = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++) {
    data.set(view.subarray(i * block.stride, i * block.stride + cols), i * cols);
  }
  return { rows, cols, data };
}

/** As `store`, in elements of this type and rows that begin on a cache line. */
export function storeAs(kernels: Kernels, arena: Arena, matrix: Matrix, element: Element): Block {
  const { rows, cols } = matrix;
  const source = store(kernels, arena, matrix, 1);
  const block = paddedBlock(arena, rows, cols, element);
  reserve(kernels, arena.bytes);
  copyInto(kernels, source, rows, cols, block);
  return block;
}

/** As `fetch`, from elements of either type. */
export function fetchAs(
  kernels: Kernels,
  arena: Arena,
  block: Block,
  rows: number,
  cols: number,
): Matrix {
  const copy = paddedBlock(arena, rows, cols);
  reserve(kernels, arena.bytes);
  copyInto(kernels, block, rows, cols, copy);
  return fetch(kernels, copy, rows, cols);
}

/** With every entry rounded to float32. */
export function float32Valued(matrix: Matrix): Matrix {
  return { ...matrix, data: matrix.data.map((x) => Math.fround(x)) };
}

/** The largest |a - b| of two matrices of one shape; NaN counts as infinite. */
export function distance(a: Matrix, b: Matrix): number {
  if (a.rows !== b.rows || a.cols !== b.cols) return Infinity;
  let most = 0;
  for (let i = 0; i < a.data.length; i++) {
    const off = Math.abs(a.data[i]! - b.data[i]!);
    if (!(off <= most)) most = Number.isNaN(off) ? Infinity : off;
  }
  return most;
}
