import { beforeAll, expect, test } from 'vitest';
import type { Kernels } from '../../../../src/core/linalg/kernels.ts';
import { type Precision, singularValues } from '../../../../src/core/linalg/singularValues.ts';
import { testKernels } from '../../../fixtures/kernels.ts';
import { gaussian } from '../../../fixtures/matrixKinds.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';

let fused: Kernels;
let wide: Kernels;

beforeAll(async () => {
  fused = await testKernels('wasm-fma');
  wide = await testKernels('wasm-wide');
});

/** Every way through the solver, with remainders of all block sizes. */
const CASES: readonly (readonly [rows: number, cols: number, precision: Precision])[] = [
  [1, 1, 'exact'],
  [7, 3, 'exact'],
  [101, 67, 'exact'],
  [513, 511, 'exact'],
  [560, 531, 'exact'],
  [1100, 130, 'exact'],
  [1203, 519, 'exact'],
  [411, 393, 'fast'],
  [401, 1206, 'fast'],
];

test.each(CASES)(
  'the layout for joined vectors gives the same bits: %i x %i, %s',
  (rows, cols, precision) => {
    const matrix = gaussian(rows, cols, seededRandom(rows + cols));
    const values = singularValues(matrix, fused, { precision });
    expect(values.every((s) => s > 0)).toBe(true);
    expect(singularValues(matrix, wide, { precision })).toEqual(values);
  },
);
