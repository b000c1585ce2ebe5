import type { Arena } from './arena.ts';
import type { Kernels } from './kernels.ts';

/** How the elements of a block are stored. */
export type Element = 'float64' | 'float32';

/** A row-major block in the kernels' memory: byte address, and elements from one row to the next. */
export interface Block {
  readonly address: number;
  readonly stride: number;
  readonly element: Element;
}

export function bytesOf(element: Element): 8 | 4 {
  return element === 'float64' ? 8 : 4;
}

/** A new block of rows x cols. */
export function newBlock(
  arena: Arena,
  rows: number,
  cols: number,
  element: Element = 'float64',
): Block {
  return { address: allocate(arena, rows * cols, element), stride: cols, element };
}

/**
 * As `newBlock`, for large blocks: rows start on a cache line, and consecutive rows fall on different
 * cache sets, which they would not where their distance is a multiple of 512 bytes.
 */
export function paddedBlock(
  arena: Arena,
  rows: number,
  cols: number,
  element: Element = 'float64',
): Block {
  const stride = paddedStride(cols, element);
  return { address: allocate(arena, rows * stride, element), stride, element };
}

export function paddedStride(cols: number, element: Element = 'float64'): number {
  const line = 64 / bytesOf(element);
  const stride = Math.ceil(cols / line) * line;
  return stride >= 8 * line && stride % (8 * line) === 0 ? stride + line : stride;
}

function allocate(arena: Arena, count: number, element: Element): number {
  return arena.float64(Math.ceil((count * bytesOf(element)) / 8));
}

/** The part of a block that starts at (row, col). */
export function subBlock(block: Block, row: number, col: number): Block {
  const { address, stride, element } = block;
  return { address: address + bytesOf(element) * (row * stride + col), stride, element };
}

/** Sets the first `cols` elements of so many rows to zero; with what lies between the rows where `cols` is absent. */
export function clearRows(
  { memory }: Kernels,
  block: Block,
  rows: number,
  cols: number = block.stride,
): void {
  for (let row = 0; row < rows; row++) {
    const { address } = subBlock(block, row, 0);
    new Uint8Array(memory.buffer, address, cols * bytesOf(block.element)).fill(0);
  }
}

/** Target (c, r) <- source (r, c) for r < rows, c < cols. Both of one element type. */
export function transposeInto(
  kernels: Kernels,
  source: Block,
  rows: number,
  cols: number,
  target: Block,
): void {
  const transpose =
    source.element === 'float64' ? kernels.transposeBlock : kernels.transposeBlockFloat32;
  transpose(source.address, source.stride, rows, cols, target.address, target.stride);
}

/** Target (r, c) <- source (r, c) for r < rows, c < cols, rounded where the target holds float32. */
export function copyInto(
  kernels: Kernels,
  source: Block,
  rows: number,
  cols: number,
  target: Block,
): void {
  const copy =
    source.element === target.element
      ? source.element === 'float64'
        ? kernels.copyBlock
        : kernels.copyBlockFloat32
      : source.element === 'float32'
        ? kernels.widenBlock
        : kernels.narrowBlock;
  copy(source.address, source.stride, rows, cols, target.address, target.stride);
}
