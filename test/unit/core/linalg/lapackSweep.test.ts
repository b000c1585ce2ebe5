import { beforeAll, expect, test } from 'vitest';
import type { Kernels } from '../../../../src/core/linalg/kernels.ts';
import type { Matrix } from '../../../../src/core/linalg/matrix.ts';
import { singularValues } from '../../../../src/core/linalg/singularValues.ts';
import { testKernels } from '../../../fixtures/kernels.ts';
import { type LapackOracle, loadLapackOracle } from '../../../fixtures/lapackOracle.ts';
import { matrixKinds } from '../../../fixtures/matrixKinds.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';

/** At most this much of the largest singular value may any of them be off. */
const TOLERANCE = 1e-12;

let kernels: Kernels;
let lapack: LapackOracle;

beforeAll(async () => {
  kernels = await testKernels();
  lapack = await loadLapackOracle();
});

/** Every path of the solver: direct and banded, square, tall, wide, a little off square, single lines. */
const EVERY_KIND: readonly (readonly [rows: number, cols: number])[] = [
  [1, 1],
  [1, 9],
  [9, 1],
  [2, 2],
  [3, 2],
  [5, 5],
  [4, 17],
  [16, 16],
  [17, 16],
  [33, 31],
  [64, 60],
  [40, 200],
  [200, 40],
  [129, 65],
  [96, 100],
  [300, 7],
  [128, 128],
  [150, 151],
  [100, 180],
];

/** Above the direct method's size, where a case costs most: each kind once, on one of these. */
const BANDED_SHAPES: readonly (readonly [rows: number, cols: number])[] = [
  [513, 513],
  [530, 514],
  [515, 540],
  [560, 520],
  [521, 515],
  [1040, 514],
  [516, 1050],
];

const LARGE: readonly (readonly [kind: string, rows: number, cols: number])[] = [
  ['gauss', 1000, 300],
  ['gauss', 300, 1000],
  ['Pareto', 520, 513],
  ['gauss', 530, 530],
  ['rank deficient', 540, 600],
  ['sign-flipped constant', 640, 520],
];

interface Case {
  readonly kind: string;
  readonly rows: number;
  readonly cols: number;
}

function cases(): Case[] {
  const kinds = Object.keys(matrixKinds);
  const random = seededRandom(20);
  const list = kinds.flatMap((kind) => EVERY_KIND.map(([rows, cols]) => ({ kind, rows, cols })));
  for (const [i, kind] of kinds.entries()) {
    const [rows, cols] = BANDED_SHAPES[i % BANDED_SHAPES.length]!;
    list.push({ kind, rows, cols });
    for (let k = 0; k < 6; k++) {
      list.push({ kind, rows: 1 + random.integer(130), cols: 1 + random.integer(130) });
    }
  }
  for (const [kind, rows, cols] of LARGE) list.push({ kind, rows, cols });
  return list;
}

/** The matrix times a power of two that brings it near 1, exactly; emlapack is not asked for more. */
function nearOne({ rows, cols, data }: Matrix): { matrix: Matrix; factors: [number, number] } {
  const largest = data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const exponent = largest === 0 ? 0 : -Math.round(Math.log2(largest));
  const half = Math.trunc(exponent / 2);
  const factors: [number, number] = [2 ** half, 2 ** (exponent - half)];
  return { matrix: { rows, cols, data: data.map((x) => x * factors[0] * factors[1]) }, factors };
}

test('singular values agree with LAPACK over shapes and kinds', { timeout: 300_000 }, () => {
  const list = cases();
  const worst = new Map<string, { error: number; rows: number; cols: number }>();
  for (const [i, { kind, rows, cols }] of list.entries()) {
    const matrix = matrixKinds[kind]!(rows, cols, seededRandom(1000 + i));
    const { matrix: scaled, factors } = nearOne(matrix);
    const reference = lapack(scaled);
    const values = singularValues(matrix, kernels);
    expect(values.length, `${kind} ${rows} x ${cols}`).toBe(Math.min(rows, cols));
    const largest = reference[0]!;
    const unit = largest === 0 ? 1 : largest;
    let error = 0;
    for (const [j, expected] of reference.entries()) {
      const off = Math.abs(values[j]! * factors[0] * factors[1] - expected) / unit;
      error = Number.isNaN(off) ? Infinity : Math.max(error, off);
    }
    if (error >= (worst.get(kind)?.error ?? 0)) worst.set(kind, { error, rows, cols });
  }

  const ranked = [...worst].sort(([, a], [, b]) => b.error - a.error);
  const rows = (entries: typeof ranked): string[] =>
    entries.map(([kind, w]) => `${w.error.toExponential(2)}  ${kind} ${w.rows} x ${w.cols}`);
  const table = `worst error of each kind, relative to the largest value:\n${rows(ranked).join('\n')}`;
  expect(list.length).toBeGreaterThanOrEqual(500);
  expect(worst.size).toBe(Object.keys(matrixKinds).length);
  expect(rows(ranked.filter(([, { error }]) => !(error <= TOLERANCE))), table).toEqual([]);
});
