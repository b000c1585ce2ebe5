import { beforeAll, describe, expect, test } from 'vitest';
import { Arena, reserve } from '../../../../src/core/linalg/arena.ts';
import {
  GEMM_SCRATCH,
  paddedBlock,
  type Transposition,
  wasmBlas3,
} from '../../../../src/core/linalg/blas3.ts';
import { copyInto } from '../../../../src/core/linalg/block.ts';
import type { Kernels } from '../../../../src/core/linalg/kernels.ts';
import { testKernels } from '../../../fixtures/kernels.ts';
import { gaussian, matrixOf, product, transposed } from '../../../fixtures/matrixKinds.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';
import { distance, fetch, float32Valued, store } from './kernelMemory.ts';

let kernels: Kernels;
let fused: Kernels;
let wide: Kernels;

beforeAll(async () => {
  kernels = await testKernels();
  fused = await testKernels('wasm-fma');
  wide = await testKernels('wasm-wide');
});

const TRANSPOSITIONS: readonly Transposition[] = ['NN', 'NT', 'TN', 'TT'];

/** Below, at and above every block size of the kernel, and remainders of its tiles. */
const SHAPES: readonly (readonly [m: number, n: number, k: number])[] = [
  [1, 1, 1],
  [3, 5, 2],
  [4, 4, 4],
  [5, 7, 9],
  [16, 33, 100],
  [97, 30, 257],
  [31, 515, 40],
  [100, 9, 513],
  [2, 600, 3],
  [21, 130, 530],
  [32, 17, 259],
  [50, 270, 140],
];

describe('gemm', () => {
  test('its scratch memory is what the layout reserves', () => {
    expect(kernels.gemmScratchBytes()).toBe(8 * GEMM_SCRATCH);
  });

  test.each(
    TRANSPOSITIONS.flatMap((transposition) =>
      SHAPES.map(([m, n, k]) => ({ transposition, m, n, k })),
    ),
  )('$transposition of $m x $n x $k equals the triple loop', ({ transposition, m, n, k }) => {
    const random = seededRandom(m * 7 + n * 3 + k);
    const a = gaussian(m, k, random);
    const b = gaussian(k, n, random);
    const c = gaussian(m, n, random);
    const ab = product(a, b);
    for (const [alpha, beta] of [
      [1, 0],
      [-1, 1],
      [0.5, 1],
    ] as const) {
      const arena = new Arena();
      const blas = wasmBlas3(kernels, arena.float64(GEMM_SCRATCH));
      const blockA = store(kernels, arena, transposition.startsWith('T') ? transposed(a) : a, 3);
      const blockB = store(kernels, arena, transposition.endsWith('T') ? transposed(b) : b, 1);
      const blockC = store(kernels, arena, c, 5);
      blas.gemm(transposition, m, n, k, alpha, blockA, blockB, beta, blockC);
      const expected = matrixOf(
        m,
        n,
        (i, j) => alpha * ab.data[i * n + j]! + beta * c.data[i * n + j]!,
      );
      expect(distance(fetch(kernels, blockC, m, n), expected)).toBeLessThan(1e-14 * k + 1e-15);
      const gaps = fetch(kernels, { ...blockC, address: blockC.address + 8 * n }, m, 5);
      expect(gaps.data.every(Number.isNaN), 'writes nothing between the rows of C').toBe(true);
    }
  });

  test('with no depth it clears C where beta is 0 and keeps it where beta is 1', () => {
    const c = gaussian(3, 6, seededRandom(1));
    for (const [beta, expected] of [
      [0, matrixOf(3, 6, () => 0)],
      [1, c],
    ] as const) {
      const arena = new Arena();
      const blas = wasmBlas3(kernels, arena.float64(GEMM_SCRATCH));
      const empty = paddedBlock(arena, 3, 6);
      reserve(kernels, arena.bytes);
      const block = store(kernels, arena, c);
      blas.gemm('NN', 3, 6, 0, 1, empty, empty, beta, block);
      expect(distance(fetch(kernels, block, 3, 6), expected)).toBe(0);
    }
  });
});

describe('gemm of the fused builds and in float32', () => {
  test('the builds differ in how often they round', () => {
    expect([kernels.fuses(), fused.fuses(), wide.fuses()]).toEqual([0, 1, 1]);
  });

  test.each(TRANSPOSITIONS.flatMap((form) => SHAPES.map(([m, n, k]) => ({ form, m, n, k }))))(
    '$form of $m x $n x $k equals the triple loop',
    ({ form, m, n, k }) => {
      const random = seededRandom(m + n * 5 + k);
      const a = float32Valued(gaussian(m, k, random));
      const b = float32Valued(gaussian(k, n, random));
      const ab = product(a, b);
      const expected = matrixOf(m, n, (i, j) => -ab.data[i * n + j]!);
      for (const instance of [kernels, fused, wide]) {
        const arena = new Arena();
        const blas = wasmBlas3(instance, arena.float64(GEMM_SCRATCH));
        const wideA = store(instance, arena, form.startsWith('T') ? transposed(a) : a, 1);
        const wideB = store(instance, arena, form.endsWith('T') ? transposed(b) : b, 2);
        const wideC = paddedBlock(arena, m, n);
        const [rowsA, colsA] = form.startsWith('T') ? [k, m] : [m, k];
        const [rowsB, colsB] = form.endsWith('T') ? [n, k] : [k, n];
        const narrowA = paddedBlock(arena, rowsA, colsA, 'float32');
        const narrowB = paddedBlock(arena, rowsB, colsB, 'float32');
        const narrowC = paddedBlock(arena, m, n, 'float32');
        reserve(instance, arena.bytes);
        copyInto(instance, wideA, rowsA, colsA, narrowA);
        copyInto(instance, wideB, rowsB, colsB, narrowB);

        blas.gemm(form, m, n, k, -1, wideA, wideB, 0, wideC);
        expect(distance(fetch(instance, wideC, m, n), expected)).toBeLessThan(1e-14 * k);

        blas.gemm(form, m, n, k, -1, narrowA, narrowB, 0, narrowC);
        copyInto(instance, narrowC, m, n, wideC);
        expect(distance(fetch(instance, wideC, m, n), expected)).toBeLessThan(5e-7 * k);
      }
    },
  );
});
