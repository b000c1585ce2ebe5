import { beforeAll, expect, test } from 'vitest';
import { Arena, reserve } from '../../../../src/core/linalg/arena.ts';
import { type Block, paddedBlock } from '../../../../src/core/linalg/block.ts';
import type { Kernels } from '../../../../src/core/linalg/kernels.ts';
import type { Matrix } from '../../../../src/core/linalg/matrix.ts';
import { kernelContext } from '../../../../src/core/linalg/solverContext.ts';
import { testKernels } from '../../../fixtures/kernels.ts';
import { gaussian, matrixOf, product, transposed } from '../../../fixtures/matrixKinds.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';
import { distance, fetchAs, float32Valued, storeAs } from './kernelMemory.ts';

const BUILDS = ['wasm', 'wasm-fma', 'wasm-wide'] as const;
const builds = new Map<string, Kernels>();

beforeAll(async () => {
  for (const name of BUILDS) builds.set(name, await testKernels(name));
});

/** Tiles, groups, chunks and passes whole and with remainders; without an update; a panel that is the last. */
const SHAPES = [
  { count: 16, length: 8, depth: 32, size: 32 },
  { count: 1, length: 1, depth: 0, size: 1 },
  { count: 37, length: 130, depth: 32, size: 32 },
  { count: 290, length: 259, depth: 64, size: 64 },
  { count: 70, length: 512, depth: 32, size: 13 },
  { count: 50, length: 300, depth: 0, size: 32 },
];

const CASES = BUILDS.flatMap((build) =>
  (['float64', 'float32'] as const).flatMap((element) =>
    SHAPES.map((shape) => ({ build, element, ...shape })),
  ),
);

test.each(CASES)(
  '$build, $element: C $count x $length, update of depth $depth, panel of $size',
  ({ build, element, count, length, depth, size }) => {
    const kernels = builds.get(build)!;
    const arena = new Arena();
    const { blas } = kernelContext(kernels, arena);
    const random = seededRandom(count + length);
    const matrices = {
      u: float32Valued(gaussian(depth, count, random)),
      v: float32Valued(gaussian(depth, length, random)),
      c: float32Valued(gaussian(count, length, random)),
      n: float32Valued(gaussian(size, length, random)),
    };
    const put = (matrix: Matrix): Block => storeAs(kernels, arena, matrix, element);
    const u = put(matrices.u);
    const v = put(matrices.v);
    const c = put(matrices.c);
    const n = put(matrices.n);
    const w = paddedBlock(arena, size, count, element);
    reserve(kernels, arena.bytes);
    const update = depth > 0 ? { u, v, depth } : undefined;
    blas.updateAndMultiply(update, c, count, length, n, size, w);

    const taken = depth > 0 ? product(transposed(matrices.u), matrices.v) : undefined;
    const left = matrixOf(
      count,
      length,
      (i, j) => matrices.c.data[i * length + j]! - (taken?.data[i * length + j] ?? 0),
    );
    const turned = product(matrices.n, transposed(left));
    const negative = matrixOf(size, count, (i, j) => -turned.data[i * count + j]!);
    const epsilon = element === 'float64' ? 1e-15 : 1e-6;
    expect(distance(fetchAs(kernels, arena, c, count, length), left)).toBeLessThan(
      epsilon * (40 + depth),
    );
    expect(distance(fetchAs(kernels, arena, w, size, count), negative)).toBeLessThan(
      epsilon * (100 + 20 * length),
    );
  },
);
