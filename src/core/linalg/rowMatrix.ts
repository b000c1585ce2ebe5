import type { BlockUpdate } from './blas3.ts';
import { type Block, copyInto, paddedStride, subBlock, transposeInto } from './block.ts';
import type { SolverContext } from './solverContext.ts';
import type { TrailingMatrix } from './trailingMatrix.ts';

/** As long as the trailing matrix is wider than this share of its rows' distance, it stays where it is. */
const LOOSE = 0.75;

/** The same where gaps are multiplied: three updates with a tenth of gaps cost as much as a move. */
const TIGHT = 0.88;

/** A matrix stored by rows, as `blas` multiplies it. Its rows are moved together as it shrinks. */
export class RowMatrix implements TrailingMatrix {
  readonly #context: SolverContext;
  readonly #address: number;
  #block: Block;
  rows: number;
  cols: number;

  constructor(context: SolverContext, block: Block, rows: number, cols: number) {
    this.#context = context;
    this.#address = block.address;
    this.#block = block;
    this.rows = rows;
    this.cols = cols;
  }

  columnsInto(count: number, target: Block): void {
    transposeInto(this.#context.kernels, this.#block, this.rows, count, target);
  }

  rowsInto(count: number, col: number, target: Block): void {
    const source = subBlock(this.#block, 0, col);
    copyInto(this.#context.kernels, source, count, this.cols - col, target);
  }

  fromRight(u: Block, size: number, row: number, col: number, target: Block): void {
    const a = subBlock(this.#block, row, col);
    const { blas } = this.#context;
    blas.gemm('NT', size, this.rows - row, this.cols - col, 1, u, a, 0, target);
  }

  updateAndMultiply(
    update: BlockUpdate | undefined,
    n: Block,
    size: number,
    row: number,
    count: number,
    col: number,
    add: boolean,
    target: Block,
  ): void {
    const a = subBlock(this.#block, row, col);
    const { blas } = this.#context;
    const width = this.cols - col;
    if (update) blas.gemm('TN', count, width, update.depth, -1, update.u, update.v, 1, a);
    blas.gemm('NN', size, width, count, 1, n, a, add ? 1 : 0, target);
  }

  advance(done: number): void {
    const { kernels, blas } = this.#context;
    this.rows -= done;
    this.cols -= done;
    const rest = subBlock(this.#block, done, done);
    const { element } = rest;
    const stride = paddedStride(this.cols, element);
    this.#block = rest;
    if (stride > (blas.multipliesGaps ? TIGHT : LOOSE) * rest.stride) return;
    this.#block = { address: this.#address, stride, element };
    copyInto(kernels, rest, this.rows, this.cols, this.#block);
  }
}
