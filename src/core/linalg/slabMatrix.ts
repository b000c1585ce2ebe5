import type { Arena } from './arena.ts';
import type { BlockUpdate } from './blas3.ts';
import {
  type Block,
  bytesOf,
  copyInto,
  type Element,
  paddedBlock,
  paddedStride,
  subBlock,
} from './block.ts';
import type { Kernels } from './kernels.ts';
import type { ScaledMatrix } from './scaledMatrix.ts';
import type { SolverContext } from './solverContext.ts';
import type { TrailingMatrix } from './trailingMatrix.ts';

/** Rows of a slab; equal to the kernels' `slabHeight`. */
export const SLAB_HEIGHT = 260;

/** Rows after its last over which a matrix in slabs may reach. */
export const SLAB_ROOM = 3;

/** Rows that go to their slabs together, and stay in the second-level cache on the way. */
const LOADED_ROWS = 32;

/** Memory through which rows go to slabs: `inPlace` where the slabs will lie over the rows. */
export function planSlabs(arena: Arena, cols: number, element: Element, inPlace: boolean): Block {
  return paddedBlock(arena, inPlace ? SLAB_HEIGHT : LOADED_ROWS, cols, element);
}

/**
 * A matrix stored in slabs of rows, these in strips of columns as wide as a line of the cache: products read it in the
 * order in which it lies, and it never moves. See src/kernels/slabs.ts. Panels begin and end where strips do: their
 * widths are multiples of 8, of 16 in float32, and at most 64.
 */
export class SlabMatrix implements TrailingMatrix {
  readonly #context: SolverContext;
  readonly #place: Block;
  readonly #rows: number;
  readonly #cols: number;
  #done = 0;

  /** `place` is that of rows `[rows + SLAB_ROOM, cols]` of the same size. */
  private constructor(context: SolverContext, place: Block, rows: number, cols: number) {
    this.#context = context;
    this.#place = place;
    this.#rows = rows;
    this.#cols = cols;
  }

  /** What `matrix` holds, by way of the buffer. */
  static load(
    context: SolverContext,
    matrix: ScaledMatrix,
    place: Block,
    buffer: Block,
  ): SlabMatrix {
    const { rows, cols } = matrix;
    const slabs = new SlabMatrix(context, place, rows, cols);
    for (let first = 0; first < rows; first += LOADED_ROWS) {
      const count = Math.min(LOADED_ROWS, rows - first);
      matrix.copyRows(context.kernels, first, count, buffer);
      slabs.#fill(buffer, first, count);
    }
    return slabs;
  }

  /** The rows of `block`, in the memory that they have, rounded where the buffer holds float32. */
  static inPlace(
    context: SolverContext,
    block: Block,
    rows: number,
    cols: number,
    buffer: Block,
  ): SlabMatrix {
    const { element } = buffer;
    const place = { address: block.address, stride: paddedStride(cols, element), element };
    const slabs = new SlabMatrix(context, place, rows, cols);
    for (let first = 0; first < rows; first += SLAB_HEIGHT) {
      const count = Math.min(SLAB_HEIGHT, rows - first);
      copyInto(context.kernels, subBlock(block, first, 0), count, cols, buffer);
      slabs.#fill(buffer, first, count);
    }
    return slabs;
  }

  get rows(): number {
    return this.#rows - this.#done;
  }

  get cols(): number {
    return this.#cols - this.#done;
  }

  columnsInto(count: number, { address, stride }: Block): void {
    this.#kernels.columnsOfSlabs(...this.#from(0, 0), count, address, stride);
  }

  rowsInto(count: number, col: number, { address, stride }: Block): void {
    this.#kernels.rowsOfSlabs(...this.#from(0, col), count, address, stride);
  }

  fromRight(u: Block, size: number, row: number, col: number, target: Block): void {
    const operands = [u.address, u.stride, target.address, target.stride] as const;
    this.#kernels.panelTimesSlabsTurned(...this.#from(row, col), size, ...operands, this.#scratch);
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
    const { u, v, depth } = update ?? { u: n, v: n, depth: 0 };
    this.#kernels.updateSlabsAndMultiply(
      ...this.#from(row, col),
      ...([count, depth, u.address, u.stride, v.address, v.stride] as const),
      ...([size, n.address, n.stride, add ? 1 : 0, target.address, target.stride] as const),
      this.#scratch,
    );
  }

  advance(done: number): void {
    this.#done += done;
  }

  get #kernels(): Kernels {
    return this.#context.kernels;
  }

  get #scratch(): number {
    return this.#context.scratch;
  }

  #fill(source: Block, first: number, count: number): void {
    const { address, stride, element } = this.#place;
    this.#kernels.slabsFromRows(
      ...([bytesOf(element), address, stride, this.#rows, this.#cols, first] as const),
      ...([source.address, source.stride, count] as const),
    );
  }

  /** What all kernels are told first: the whole matrix, and from where on it is meant. */
  #from(row: number, col: number) {
    const { address, stride, element } = this.#place;
    const whole = [bytesOf(element), address, stride, this.#rows, this.#cols] as const;
    return [...whole, this.#done + row, this.#done + col] as const;
  }
}
