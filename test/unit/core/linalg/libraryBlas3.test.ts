import { beforeAll, describe, expect, test } from 'vitest';
import { Arena, reserve } from '../../../../src/core/linalg/arena.ts';
import {
  type Blas3,
  GEMM_SCRATCH,
  type Transposition,
  wasmBlas3,
} from '../../../../src/core/linalg/blas3.ts';
import type { GemmLibrary } from '../../../../src/core/linalg/gemmLibrary.ts';
import type { Kernels } from '../../../../src/core/linalg/kernels.ts';
import { libraryBlas3 } from '../../../../src/core/linalg/libraryBlas3.ts';
import { loadOrt } from '../../../../src/core/linalg/ortLibrary.ts';
import { singularValues } from '../../../../src/core/linalg/singularValues.ts';
import { testKernels } from '../../../fixtures/kernels.ts';
import {
  gaussian,
  matrixKinds,
  matrixOf,
  product,
  transposed,
} from '../../../fixtures/matrixKinds.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';
import { distance, fetch, store } from './kernelMemory.ts';

let kernels: Kernels;
let ort: GemmLibrary;

beforeAll(async () => {
  kernels = await testKernels();
  ort = loadOrt(import.meta.url);
});

/** ONNX Runtime that counts what it is asked. */
function counted(): { library: GemmLibrary; calls: () => number } {
  let calls = 0;
  return {
    library: {
      multiply: (...asked) => {
        calls++;
        ort.multiply(...asked);
      },
    },
    calls: () => calls,
  };
}

/** B large, C large, C large but shallow, both, and one too small to be worth a call. */
const SHAPES: readonly (readonly [m: number, n: number, k: number, isWorthIt: boolean])[] = [
  [16, 300, 500, true],
  [500, 300, 120, true],
  [500, 600, 16, true],
  [200, 200, 200, true],
  [24, 30, 40, false],
];

describe('products by ONNX Runtime', () => {
  const forms: readonly Transposition[] = ['NN', 'NT', 'TN', 'TT'];

  test.each(
    forms.flatMap((form) => SHAPES.map(([m, n, k, isWorthIt]) => ({ form, m, n, k, isWorthIt }))),
  )('$form of $m x $n x $k on rows with gaps', ({ form, m, n, k, isWorthIt }) => {
    const random = seededRandom(m + n + k);
    const a = gaussian(m, k, random);
    const b = gaussian(k, n, random);
    const c = gaussian(m, n, random);
    const ab = product(a, b);
    for (const [alpha, beta] of [
      [1, 0],
      [-1, 1],
    ] as const) {
      const arena = new Arena();
      const scratch = arena.float64(GEMM_SCRATCH);
      const storeFinite = (matrix: typeof a, gap: number): ReturnType<typeof store> => {
        const { rows, cols, data } = matrix;
        const wide = matrixOf(rows + 1, cols + gap, (i, j) =>
          i < rows && j < cols ? data[i * cols + j]! : 7,
        );
        return store(kernels, arena, wide);
      };
      const blockA = storeFinite(form.startsWith('T') ? transposed(a) : a, 3);
      const blockB = storeFinite(form.endsWith('T') ? transposed(b) : b, 1);
      const blockC = storeFinite(c, 5);
      const own = wasmBlas3(kernels, scratch);
      const space = arena.float64(1 << 20);
      reserve(kernels, arena.bytes);
      const { library, calls } = counted();
      const blas: Blas3 = libraryBlas3(kernels, library, space, own);
      blas.gemm(form, m, n, k, alpha, blockA, blockB, beta, blockC);
      const expected = matrixOf(
        m,
        n,
        (i, j) => alpha * ab.data[i * n + j]! + beta * c.data[i * n + j]!,
      );
      expect(distance(fetch(kernels, blockC, m, n), expected)).toBeLessThan(1e-14 * k);
      const gaps = fetch(kernels, { ...blockC, address: blockC.address + 8 * n }, m, 5);
      expect(
        [...gaps.data].every((x) => x === 7),
        'leaves what lies between the rows',
      ).toBe(true);
      const isShallowUpdate = k === 16 && !form.endsWith('T');
      const isAsked = form !== 'TT' && !(form === 'NT' && beta === 1);
      expect(calls()).toBe(isWorthIt && isAsked && !isShallowUpdate ? 1 : 0);
    }
  });
});

describe('the solver on ONNX Runtime', () => {
  test.each(Object.keys(matrixKinds))('agrees with the kernels alone on: %s', (kind) => {
    const matrix = matrixKinds[kind]!(460, 420, seededRandom(8));
    const expected = singularValues(matrix, kernels);
    const { library, calls } = counted();
    const values = singularValues(matrix, kernels, { library });
    const largest = expected[0]! || 1;
    for (const [i, s] of values.entries()) {
      expect(Math.abs(s - expected[i]!)).toBeLessThanOrEqual(5e-13 * largest);
    }
    if (kind !== 'zero') expect(calls()).toBeGreaterThanOrEqual(8);
  });

  test('folds tall matrices and rounds to float32 as the kernels do', () => {
    const matrix = gaussian(1300, 400, seededRandom(9));
    const exact = singularValues(matrix, kernels);
    const tall = singularValues(matrix, kernels, { library: ort });
    const fast = singularValues(matrix, kernels, { library: ort, precision: 'fast' });
    for (const [i, s] of exact.entries()) {
      expect(Math.abs(tall[i]! - s)).toBeLessThan(5e-13 * exact[0]!);
      expect(Math.abs(fast[i]! - s)).toBeLessThan(1e-6 * exact[0]!);
    }
  });

  test('gives the same bits after solves of other shapes', () => {
    const matrix = gaussian(450, 450, seededRandom(10));
    const values = singularValues(matrix, kernels, { library: ort });
    singularValues(gaussian(700, 390, seededRandom(11)), kernels, { precision: 'fast' });
    expect(singularValues(matrix, kernels, { library: ort })).toEqual(values);
  });
});
