import { beforeAll, describe, expect, test } from 'vitest';
import { cholesky } from '../../../../src/core/linalg/cholesky.ts';
import type { InputMoment } from '../../../../src/core/linalg/inputMoment.ts';
import type { Kernels } from '../../../../src/core/linalg/kernels.ts';
import type { Matrix } from '../../../../src/core/linalg/matrix.ts';
import { outputError } from '../../../../src/core/linalg/outputError.ts';
import { outputFactors } from '../../../../src/core/linalg/outputFactors.ts';
import { outputRoot, seenByOutputs } from '../../../../src/core/linalg/outputRoot.ts';
import { singularValues } from '../../../../src/core/linalg/singularValues.ts';
import { truncatedFactors } from '../../../../src/core/linalg/truncatedFactors.ts';
import { testKernels } from '../../../fixtures/kernels.ts';
import { gaussian, matrixOf, product, transposed } from '../../../fixtures/matrixKinds.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';

let kernels: Kernels;

beforeAll(async () => {
  kernels = await testKernels();
});

const ROUNDOFF = 2 ** -50;

function norm({ data }: Pick<Matrix, 'data'>): number {
  return Math.sqrt(data.reduce((sum, value) => sum + value * value, 0));
}

function minus(a: Matrix, b: Matrix): Matrix {
  return matrixOf(a.rows, a.cols, (i, j) => a.data[i * a.cols + j]! - b.data[i * a.cols + j]!);
}

/** Vectors as columns: the k-th input has a standard deviation that falls from 1 to 0.01, then all are mixed. */
function inputs(length: number, count: number, seed: number): Matrix {
  const random = seededRandom(seed);
  const mixing = gaussian(length, length, random);
  const plain = matrixOf(
    length,
    count,
    (i) => random.normal() * 100 ** (-i / Math.max(1, length - 1)),
  );
  return product(mixing, plain);
}

function momentOf(x: Matrix, side: InputMoment['side']): InputMoment {
  const { data } = product(x, transposed(x));
  return { side, length: x.rows, kind: 'dense', data, count: x.cols };
}

/** The outputs of a change: E X, or X^T E where the inputs lie along its rows. */
function outputsOf(change: Matrix, x: Matrix, side: InputMoment['side']): Matrix {
  return side === 'cols' ? product(change, x) : product(transposed(x), change);
}

describe('the Cholesky factor', () => {
  test.each([1, 2, 63, 64, 65, 150])('of %i rows times its transpose is the matrix', (length) => {
    const { data } = momentOf(inputs(length, 2 * length + 1, length), 'cols');
    const lower: Matrix = { rows: length, cols: length, data: cholesky(data, length, kernels) };
    const again = product(lower, transposed(lower));
    expect(norm(minus(again, { ...lower, data })) / norm({ data })).toBeLessThan(1e-14);
    const above = lower.data.filter((_, k) => k % length > Math.floor(k / length));
    expect(above.every((value) => value === 0)).toBe(true);
  });

  test.each([
    ['that is not positive definite', [1, 2, 2, 1], 'not-finite', /row 1/],
    ['with NaN', [NaN, 0, 0, 1], 'not-finite', /row 0/],
    ['that is not square', [1, 2, 3], 'bad-shape', /3 values/],
  ])('refuses a matrix %s', (_, values, code, message) => {
    expect(() => cholesky(Float64Array.from(values), 2, kernels)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as Error,
    );
  });
});

const CASES = (['cols', 'rows'] as const).flatMap((side) =>
  (
    [
      [30, 48],
      [48, 30],
      [40, 40],
    ] as const
  ).map(([rows, cols]) => ({ side, rows, cols })),
);

describe.each(CASES)(
  'factors of outputs, $rows x $cols, inputs along $side',
  ({ side, rows, cols }) => {
    const random = seededRandom(rows * 7 + cols);
    const matrix = gaussian(rows, cols, random);
    const length = side === 'rows' ? rows : cols;
    const x = inputs(length, 300, 5);
    const moment = momentOf(x, side);

    test.each([1, 5, 17])(
      'of rank %i leave what the singular values of the outputs say',
      (rank) => {
        const { u, v } = outputFactors(matrix, rank, outputRoot(moment, kernels), kernels, {
          roundoff: ROUNDOFF,
        });
        expect([u.rows, u.cols, v.rows, v.cols]).toEqual([rows, rank, rank, cols]);
        const left = norm(outputsOf(minus(matrix, product(u, v)), x, side));
        // By Eckart and Young no outputs of rank `rank` are closer: these are W X itself, without any root.
        const values = singularValues(outputsOf(matrix, x, side), kernels);
        const optimum = Math.sqrt(
          values.slice(rank).reduce((sum, value) => sum + value * value, 0),
        );
        expect(left / optimum).toBeGreaterThan(1 - 1e-6);
        expect(left / optimum).toBeLessThan(1.002);
        const plain = truncatedFactors(matrix, rank, kernels, {
          singularValues: singularValues(matrix, kernels),
          roundoff: ROUNDOFF,
        });
        expect(left).toBeLessThan(
          (rank === 1 ? 1 : 0.9) *
            norm(outputsOf(minus(matrix, product(plain.u, plain.v)), x, side)),
        );
      },
    );

    test('the predicted error is that of the outputs', () => {
      const change = gaussian(rows, cols, random);
      const root = outputRoot(moment, kernels);
      const exact = norm(outputsOf(change, x, side)) / norm(outputsOf(matrix, x, side));
      expect(outputError(matrix, change.data, root, kernels)! / exact).toBeCloseTo(1, 7);
    });

    test('are the plain ones where the inputs are white', () => {
      const data = matrixOf(length, length, (i, j) => (i === j ? 3 : 0)).data;
      const white = outputRoot({ side, length, kind: 'dense', data, count: length }, kernels);
      const found = outputFactors(matrix, 6, white, kernels, { roundoff: ROUNDOFF });
      const plain = truncatedFactors(matrix, 6, kernels, {
        singularValues: singularValues(matrix, kernels),
        roundoff: ROUNDOFF,
      });
      const [a, b] = [product(found.u, found.v), product(plain.u, plain.v)];
      expect(norm(minus(matrix, a)) / norm(minus(matrix, b))).toBeCloseTo(1, 5);
    });

    test('of inputs in few directions keep the matrix in the others too', () => {
      const few = momentOf(product(gaussian(length, 3, random), gaussian(3, 50, random)), side);
      const { u, v } = outputFactors(matrix, 20, outputRoot(few, kernels), kernels, {
        roundoff: ROUNDOFF,
      });
      expect([...u.data, ...v.data].every(Number.isFinite)).toBe(true);
      // Three directions are for the inputs; the other 17 are the best of what is left.
      expect(norm(minus(matrix, product(u, v))) / norm(matrix)).toBeLessThan(0.75);
    });
  },
);

describe('a table', () => {
  const [rows, cols] = [60, 20];
  const matrix = gaussian(rows, cols, seededRandom(3));
  const counts = Float64Array.from({ length: rows }, (_, k) => (k < 10 ? 100 : 0));
  const moment: InputMoment = {
    side: 'rows',
    length: rows,
    kind: 'diagonal',
    data: counts,
    count: 1000,
  };

  test('keeps the rows that are looked up best, and does not give up the others', () => {
    const { u, v } = outputFactors(matrix, 12, outputRoot(moment, kernels), kernels, {
      roundoff: ROUNDOFF,
    });
    const left = minus(matrix, product(u, v));
    const share = (from: number, to: number): number =>
      norm({ data: left.data.slice(from * cols, to * cols) }) /
      norm({ data: matrix.data.slice(from * cols, to * cols) });
    expect(share(0, 10)).toBeLessThan(0.1);
    expect(share(10, 60)).toBeGreaterThan(0.3);
    expect(share(10, 60)).toBeLessThan(0.9);
  });

  test('is seen row by row, each as often as it is looked up and once more', () => {
    const seen = seenByOutputs(matrix, outputRoot(moment, kernels), kernels);
    for (const row of [0, 9, 10, 59])
      expect(seen.data[row * cols]! / matrix.data[row * cols]!).toBeCloseTo(
        row < 10 ? Math.sqrt(101) : 1,
        12,
      );
  });
});

test('inputs that are all zero are refused', () => {
  const moment: InputMoment = {
    side: 'cols',
    length: 2,
    kind: 'dense',
    data: new Float64Array(4),
    count: 9,
  };
  expect(() => outputRoot(moment, kernels)).toThrow(/All inputs of the matrix are zero/);
});

test('a root of another length is refused', () => {
  const root = outputRoot(momentOf(inputs(5, 20, 1), 'rows'), kernels);
  expect(() => seenByOutputs(gaussian(4, 5, seededRandom(1)), root, kernels)).toThrow(
    /vectors of 5, but the matrix has 4 rows/,
  );
});
