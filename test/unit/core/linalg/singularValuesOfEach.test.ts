import { beforeAll, describe, expect, test } from 'vitest';
import { Arena, float64View, reserve } from '../../../../src/core/linalg/arena.ts';
import { planBidiagonals, valuesOfBidiagonals } from '../../../../src/core/linalg/bidiagonal.ts';
import { GEMM_SCRATCH, wasmBlas3 } from '../../../../src/core/linalg/blas3.ts';
import type { Kernels } from '../../../../src/core/linalg/kernels.ts';
import type { Matrix } from '../../../../src/core/linalg/matrix.ts';
import { loadOrt } from '../../../../src/core/linalg/ortLibrary.ts';
import {
  type SolveOptions,
  singularValues,
  singularValuesOfEach,
} from '../../../../src/core/linalg/singularValues.ts';
import { testKernels } from '../../../fixtures/kernels.ts';
import { gaussian, matrixKinds, matrixOf } from '../../../fixtures/matrixKinds.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';

let kernels: Kernels;

beforeAll(async () => {
  kernels = await testKernels();
});

type Shape = readonly [rows: number, cols: number, count: number];

const LISTS: readonly {
  readonly name: string;
  readonly shapes: readonly Shape[];
  readonly options: SolveOptions;
}[] = [
  { name: 'nothing', shapes: [], options: {} },
  { name: 'one', shapes: [[30, 20, 1]], options: {} },
  { name: 'two and three together', shapes: [[30, 30, 2], [40, 20, 3]], options: {} }, // prettier-ignore
  { name: 'more than are taken together', shapes: [[64, 64, 11]], options: {} },
  { name: 'wide and tall of one shape', shapes: [[20, 90, 3], [90, 20, 3]], options: {} }, // prettier-ignore
  { name: 'shapes that change', shapes: [[10, 10, 1], [11, 10, 1], [10, 10, 2]], options: {} }, // prettier-ignore
  { name: 'single values', shapes: [[1, 1, 5], [1, 7, 2]], options: {} }, // prettier-ignore
  { name: 'pairs', shapes: [[2, 2, 6]], options: {} },
  { name: 'banded ones', shapes: [[540, 520, 3]], options: {} },
  { name: 'banded ones in float32', shapes: [[400, 390, 5]], options: { precision: 'fast' } },
  {
    name: 'banded ones on ONNX Runtime',
    shapes: [[530, 520, 2]],
    options: { library: loadOrt(import.meta.url) },
  },
];

describe('singularValuesOfEach', () => {
  test.each(LISTS)('of $name are those of each alone', ({ shapes, options }) => {
    const random = seededRandom(1);
    const matrices = shapes.flatMap(([rows, cols, count]) =>
      Array.from({ length: count }, () => gaussian(rows, cols, random)),
    );
    const alone = matrices.map((matrix) => singularValues(matrix, kernels, options));
    expect(singularValuesOfEach(matrices, kernels, options)).toEqual(alone);
  });

  test('of kinds that converge at different paces are those of each alone', () => {
    const random = seededRandom(2);
    const matrices = Object.values(matrixKinds).map((kind) => kind(48, 40, random));
    expect(matrices.length).toBeGreaterThan(20);
    expect(singularValuesOfEach(matrices, kernels)).toEqual(
      matrices.map((matrix) => singularValues(matrix, kernels)),
    );
  });

  test('takes a matrix from the list only when the one before is reduced', () => {
    const taken: number[] = [];
    const reads: number[] = [];
    function* inTurn(): Generator<Matrix> {
      for (let k = 0; k < 3; k++) {
        taken.push(reads.length);
        yield gaussian(20, 20, seededRandom(k));
      }
    }
    const cancelled = (): boolean => {
      reads.push(0);
      return false;
    };
    expect(singularValuesOfEach(inTurn(), kernels, { cancelled })).toHaveLength(3);
    expect(taken).toEqual([0, 1, 2]);
  });

  test('stops where it is cancelled between two matrices', () => {
    let reads = 0;
    const cancelled = (): boolean => ++reads > 2;
    const matrices = Array.from({ length: 8 }, (_, k) => gaussian(20, 20, seededRandom(k)));
    expect(() => singularValuesOfEach(matrices, kernels, { cancelled })).toThrow(
      expect.objectContaining({ code: 'cancelled' }) as Error,
    );
  });

  test('says which value is beyond float64 as singularValues does', () => {
    const huge = matrixOf(30, 30, () => 1.7e308);
    expect(() => singularValuesOfEach([gaussian(30, 30, seededRandom(1)), huge], kernels)).toThrow(
      expect.objectContaining({ code: 'too-large' }) as Error,
    );
  });
});

describe('valuesOfBidiagonals', () => {
  const size = 120;

  /** Random bidiagonals, the last `easy` of them nearly diagonal, so that lanes fall free one by one. */
  function solveTogether(count: number, givesUp: (state: number) => boolean): Float64Array[] {
    const arena = new Arena();
    const plan = planBidiagonals(arena, size, 0, count);
    const blas = wasmBlas3(kernels, arena.float64(GEMM_SCRATCH));
    reserve(kernels, arena.bytes);
    for (const [k, { diagonal, superdiagonal }] of plan.entries()) {
      const random = seededRandom(k);
      for (let i = 0; i < size; i++) {
        float64View(kernels, diagonal, size)[i] = random.normal();
        float64View(kernels, superdiagonal, size)[i] = random.normal() * 10 ** (-4 * k);
      }
    }
    const dqdsRemaining = (state: number): number =>
      givesUp(plan.findIndex((each) => each.state === state)) ? -1 : kernels.dqdsRemaining(state);
    const context = { kernels: { ...kernels, dqdsRemaining }, blas, throwIfCancelled: () => {} };
    return valuesOfBidiagonals(context, plan);
  }

  test.each([1, 2, 3, 4])('of %i have the bits that each has alone', (count) => {
    const together = solveTogether(count, () => false);
    expect(together).toHaveLength(count);
    expect(together).toEqual(solveTogether(4, () => false).slice(0, count));
  });

  test('of one that dqds gives up come from QR, and those beside it from dqds', () => {
    const expected = solveTogether(4, () => false);
    const found = solveTogether(4, (k) => k === 2);
    for (const k of [0, 1, 3]) expect(found[k]).toEqual(expected[k]);
    expect(found[2]).not.toEqual(expected[2]);
    for (const [i, s] of found[2]!.entries())
      expect(Math.abs(s - expected[2]![i]!)).toBeLessThan(1e-14 * expected[2]![0]!);
  });
});
