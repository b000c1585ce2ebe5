import { beforeAll, describe, expect, test } from 'vitest';
import { Arena, reserve } from '../../../../src/core/linalg/arena.ts';
import {
  type Block,
  copyInto,
  type Element,
  paddedBlock,
  subBlock,
} from '../../../../src/core/linalg/block.ts';
import type { Kernels } from '../../../../src/core/linalg/kernels.ts';
import type { Matrix } from '../../../../src/core/linalg/matrix.ts';
import { scaledMatrix } from '../../../../src/core/linalg/scaledMatrix.ts';
import {
  planSlabs,
  SLAB_HEIGHT,
  SLAB_ROOM,
  SlabMatrix,
} from '../../../../src/core/linalg/slabMatrix.ts';
import { kernelContext } from '../../../../src/core/linalg/solverContext.ts';
import { testKernels } from '../../../fixtures/kernels.ts';
import { gaussian, matrixOf, product, transposed } from '../../../fixtures/matrixKinds.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';
import { distance, fetch, fetchAs, float32Valued, storeAs } from './kernelMemory.ts';

const BUILDS = ['wasm', 'wasm-fma', 'wasm-wide'] as const;
const builds = new Map<string, Kernels>();

beforeAll(async () => {
  for (const name of BUILDS) builds.set(name, await testKernels(name));
});

/** One slab and several, whole ones and none; whole groups of rows and strips of columns, and remainders. */
const SHAPES = [
  { rows: 40, cols: 40 },
  { rows: 67, cols: 33 },
  { rows: 260, cols: 130 },
  { rows: 263, cols: 70 },
  { rows: 661, cols: 95 },
  { rows: 290, cols: 1043 },
  { rows: 70, cols: 2100 },
];

const CASES = BUILDS.flatMap((build) =>
  (['float64', 'float32'] as const).flatMap((element) =>
    SHAPES.map((shape) => ({ build, element, ...shape })),
  ),
);

/** What the rounding of a product of this depth may amount to. */
const error = (element: Element, depth: number) =>
  (element === 'float64' ? 2e-15 : 2e-6) * Math.sqrt(depth) * 8;

/** Of all entries, in the kernels' memory and in slabs there. */
class Subject {
  readonly kernels: Kernels;
  readonly element: Element;
  readonly arena = new Arena();
  readonly matrix: Matrix;
  readonly slabs: SlabMatrix;

  constructor({ build, element, rows, cols }: (typeof CASES)[number]) {
    this.kernels = builds.get(build)!;
    this.element = element;
    this.matrix = float32Valued(gaussian(rows, cols, seededRandom(rows + cols)));
    const context = kernelContext(this.kernels, this.arena);
    const block = paddedBlock(this.arena, rows + SLAB_ROOM, cols);
    const buffer = planSlabs(this.arena, cols, element, true);
    reserve(this.kernels, this.arena.bytes);
    new Float64Array(this.kernels.memory.buffer).fill(NaN, block.address / 8);
    copyInto(this.kernels, this.put(this.matrix, 'float64'), rows, cols, block);
    this.slabs = SlabMatrix.inPlace(context, block, rows, cols, buffer);
  }

  /** A matrix of its own. */
  put(matrix: Matrix, element: Element = this.element): Block {
    return storeAs(this.kernels, this.arena, matrix, element);
  }

  target(rows: number, cols: number): Block {
    const block = paddedBlock(this.arena, rows, cols, this.element);
    reserve(this.kernels, this.arena.bytes);
    return block;
  }

  read(block: Block, rows: number, cols: number): Matrix {
    return fetchAs(this.kernels, this.arena, block, rows, cols);
  }

  /** What the slabs hold. */
  rest(): Matrix {
    const { rows, cols } = this.slabs;
    const target = this.target(rows, cols);
    this.slabs.rowsInto(rows, 0, target);
    return this.read(target, rows, cols);
  }
}

function part({ cols, data }: Matrix, row: number, col: number, rows: number, width: number) {
  return matrixOf(rows, width, (i, j) => data[(row + i) * cols + col + j]!);
}

describe('slabs', () => {
  test('their height is what the layout reserves', () => {
    for (const kernels of builds.values()) expect(kernels.slabHeight()).toBe(SLAB_HEIGHT);
  });

  test.each(CASES)('$build, $element: $rows x $cols goes in and comes out', (shape) => {
    const subject = new Subject(shape);
    const { matrix, slabs } = subject;
    const { rows, cols } = shape;
    expect(distance(subject.rest(), matrix)).toBe(0);
    slabs.advance(16);
    const target = subject.target(16, rows - 16);
    slabs.columnsInto(16, target);
    const columns = transposed(part(matrix, 16, 16, rows - 16, 16));
    expect(distance(subject.read(target, 16, rows - 16), columns)).toBe(0);
    slabs.advance(16);
    expect([slabs.rows, slabs.cols]).toEqual([rows - 32, cols - 32]);
    const corner = part(matrix, 32, 32, rows - 32, cols - 32);
    expect(distance(subject.rest(), corner)).toBe(0);
  });

  test.each(CASES)('$build, $element: products of panels with $rows x $cols, turned', (shape) => {
    const { element, rows, cols } = shape;
    const random = seededRandom(rows);
    for (const [size, row, col] of [
      [16, 0, 0],
      [64, 0, 32],
      [16, 32, 16],
    ] as const) {
      const subject = new Subject(shape);
      const a = part(subject.matrix, row, col, rows - row, cols - col);
      const u = float32Valued(gaussian(size, cols - col, random));
      const across = subject.target(size, rows - row);
      subject.slabs.fromRight(subject.put(u), size, row, col, across);
      const right = subject.read(across, size, rows - row);
      expect(distance(right, product(u, transposed(a)))).toBeLessThan(error(element, cols));
    }
  });

  test.each(CASES)('$build, $element: $rows x $cols updated and multiplied', (shape) => {
    const { element, rows, cols } = shape;
    const random = seededRandom(cols);
    for (const { size, depth, done, col, split } of [
      { size: 16, depth: 0, done: 0, col: 0, split: rows },
      { size: 16, depth: 32, done: 16, col: 16, split: 12 },
      { size: 64, depth: 128, done: 0, col: 16, split: 264 },
      { size: 4, depth: 5, done: 32, col: 0, split: 4 },
    ]) {
      const subject = new Subject(shape);
      const { slabs, matrix } = subject;
      slabs.advance(done);
      const height = slabs.rows;
      const width = slabs.cols - col;
      const u = float32Valued(gaussian(Math.max(depth, 1), height, random));
      const v = float32Valued(gaussian(Math.max(depth, 1), width, random));
      const n = float32Valued(gaussian(size, height, random));
      const [factor, panel] = [subject.put(u), subject.put(n)];
      const update = depth === 0 ? undefined : { u: factor, v: subject.put(v), depth };
      const target = subject.target(size, width);
      // In two calls where there are as many rows.
      for (let row = 0; row < height; row += split) {
        slabs.updateAndMultiply(
          update && { ...update, u: subBlock(factor, 0, row) },
          subBlock(panel, 0, row),
          size,
          row,
          Math.min(split, height - row),
          col,
          row > 0,
          target,
        );
      }
      const taken = product(transposed(u), v);
      const old = part(matrix, done, done, height, slabs.cols);
      const expected = matrixOf(height, slabs.cols, (i, j) => {
        const isUpdated = depth > 0 && j >= col;
        return old.data[i * slabs.cols + j]! - (isUpdated ? taken.data[i * width + j - col]! : 0);
      });
      expect(distance(subject.rest(), expected)).toBeLessThanOrEqual(error(element, depth));
      const updated = part(expected, 0, col, height, width);
      expect(distance(subject.read(target, size, width), product(n, updated))).toBeLessThan(
        error(element, depth) * Math.sqrt(height) + error(element, height) * Math.sqrt(depth + 1),
      );
      // A product still finds zeros around the matrix.
      const ones = matrixOf(16, slabs.cols, () => 1);
      const sums = subject.target(16, height);
      slabs.fromRight(subject.put(ones), 16, 0, 0, sums);
      const expectedSums = product(ones, transposed(expected));
      expect(distance(subject.read(sums, 16, height), expectedSums)).toBeLessThan(
        10 * error(element, depth + 1) * Math.sqrt(cols),
      );
    }
  });

  test('a matrix is loaded a few rows at a time, scaled as it goes', () => {
    const matrix = gaussian(301, 170, seededRandom(3));
    matrix.data.forEach((value, i) => void (matrix.data[i] = value * 1e200));
    const kernels = builds.get('wasm')!;
    const arena = new Arena();
    const context = kernelContext(kernels, arena);
    const place = paddedBlock(arena, 301 + SLAB_ROOM, 170);
    const buffer = planSlabs(arena, 170, 'float64', false);
    const target = paddedBlock(arena, 301, 170);
    reserve(kernels, arena.bytes);
    const scaled = scaledMatrix(matrix);
    const slabs = SlabMatrix.load(context, scaled, place, buffer);
    slabs.rowsInto(301, 0, target);
    const [p, q] = scaled.toUnit;
    const expected = matrixOf(301, 170, (i, j) => matrix.data[i * 170 + j]! * p * q);
    expect(distance(fetch(kernels, target, 301, 170), expected)).toBe(0);
  });
});
