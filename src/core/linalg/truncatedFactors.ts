import { Arena, float64View, reserve } from './arena.ts';
import { type Block, paddedBlock, subBlock } from './block.ts';
import { jacobiRows } from './jacobiRows.ts';
import type { Kernels } from './kernels.ts';
import { LinalgError } from './linalgError.ts';
import type { Matrix } from './matrix.ts';
import { dot, orthonormalizeRows, orthonormalScratch } from './orthonormalRows.ts';
import { scaledMatrix, type ScaledMatrix } from './scaledMatrix.ts';
import { kernelContext, type SolverContext } from './solverContext.ts';
import { subspaceSteps } from './subspaceSteps.ts';
import { tallFactors, triangleOf } from './tallFactors.ts';
import { uniformNumbers } from './uniformNumbers.ts';

export interface FactorOptions {
  /** The exact spectrum of the matrix, descending: what the best factors of this rank leave over. */
  readonly singularValues: ArrayLike<number>;
  /** Unit roundoff of the type that the factors will be stored in; 2^-24 for float32. */
  readonly roundoff: number;
  /** Read every few milliseconds. */
  readonly cancelled?: () => boolean;
}

/** W is nearly u v. Column c of u and row c of v have the same norm, nearly the root of singular value c. */
export interface Factors {
  /** rows x rank. */
  readonly u: Matrix;
  /** rank x cols. */
  readonly v: Matrix;
  /** The Frobenius norm of W - u v over that of W, measured. */
  readonly relativeResidual: number;
  /** The least that any factors of this rank can leave, from the spectrum. */
  readonly optimum: number;
}

/** Above this share of the shorter side the whole space costs less than finding a part of it. */
const WHOLE = 0.8;

/** From here on the triangle of the QR is factorised in the place of the matrix. */
const TALL = 2;

/** What the measurement itself and the product round to; below it no two results can be told apart. */
const MEASURABLE = 2 ** -50;

/** Rows whose residual is measured together. */
const STRIP = 128;

const RESIDUAL_FACTOR = 1.001;

/**
 * The best two factors of rank `rank` of a rows x cols matrix, in float64, by block subspace iteration with
 * oversampling (Halko, Martinsson, Tropp, "Finding structure with randomness", 2011, algorithm 4.4) and
 * one-sided Jacobi inside the subspace; the whole space where rank is near full, and the triangle of a QR in the
 * place of a matrix that is much longer than wide. Relative to the norm of the
 * matrix, residual^2 <= (1.001 optimum)^2 + (2 roundoff)^2 (of float64 at least (2^-50)^2): it is measured as the norm of W - u v,
 * and the iteration goes on until that holds. The same matrix gives the same factors.
 *
 * @throws LinalgError `bad-shape` (also a rank that is none, or a spectrum of another length),
 *   `not-finite`, `too-large`, `cancelled`, `no-convergence`.
 */
export function truncatedFactors(
  matrix: Matrix,
  rank: number,
  kernels: Kernels,
  options: FactorOptions,
): Factors {
  const scaled = scaledMatrix(matrix);
  checkRank(matrix, rank, options);
  if (scaled.isZero) return zeroFactors(matrix, rank);
  const optimum = relativeTail(options.singularValues, rank);
  const accepted = Math.hypot(
    RESIDUAL_FACTOR * optimum,
    Math.max(2 * options.roundoff, MEASURABLE),
  );
  const { rows, cols } = scaled;
  if (rows >= TALL * cols) {
    const found = byTriangle(matrix, scaled, rank, kernels, options);
    if (found.relativeResidual <= accepted) return { ...found, optimum };
  }
  const sample = rank + Math.max(10, Math.ceil(rank / 8));
  if (sample < WHOLE * cols) {
    const first = subspaceSteps(options.singularValues, rank, sample);
    const found = solve(matrix, scaled, rank, sample, first, accepted, kernels, options);
    if (found) return { ...found, optimum };
  }
  const whole = solve(matrix, scaled, rank, cols, 0, accepted, kernels, options);
  if (whole) return { ...whole, optimum };
  throw new LinalgError(
    'no-convergence',
    `No factors of rank ${rank} of the ${matrix.rows} x ${matrix.cols} matrix leave as little as its singular values allow (${optimum} of its norm).`,
  );
}

type Solved = Omit<Factors, 'optimum'>;

/** The rows of the triangle's second factor span those of the matrix's. */
function byTriangle(
  matrix: Matrix,
  scaled: ScaledMatrix,
  rank: number,
  kernels: Kernels,
  options: FactorOptions,
): Solved {
  const check = cancellation(options);
  const { v } = truncatedFactors(triangleOf(scaled, kernels, check), rank, kernels, options);
  const random = uniformNumbers(0x5eed);
  const { images, units, relativeResidual } = tallFactors(scaled, v, kernels, random, check);
  const pairs = images.map((image, c): Direction => ({ unit: units[c]!, image, isLong: false }));
  return { ...split(matrix, scaled, pairs), relativeResidual };
}

function cancellation({ cancelled }: FactorOptions): () => void {
  return () => {
    if (cancelled?.())
      throw new LinalgError('cancelled', 'The factorisation of the matrix was cancelled.');
  };
}

/** How often the iteration is taken up again, each time with twice the steps. */
const ATTEMPTS = 3;

/** Factors within a subspace of `size` dimensions; undefined where they are not good enough. */
function solve(
  matrix: Matrix,
  scaled: ScaledMatrix,
  rank: number,
  size: number,
  firstSteps: number,
  accepted: number,
  kernels: Kernels,
  options: FactorOptions,
): Solved | undefined {
  const { rows, cols } = scaled;
  const arena = new Arena();
  const context = kernelContext(kernels, arena, cancellation(options));
  const plan: SubspacePlan = {
    w: paddedBlock(arena, rows, cols),
    q: paddedBlock(arena, size, cols),
    y: paddedBlock(arena, size, rows),
    kept: paddedBlock(arena, size, rows),
    small: paddedBlock(arena, size, size),
    strip: paddedBlock(arena, STRIP, cols),
    scratch: arena.float64(orthonormalScratch(size)),
    rows,
    cols,
    rank,
    size,
  };
  reserve(kernels, arena.bytes);
  scaled.copyRows(kernels, 0, rows, plan.w);
  const random = uniformNumbers(0x5eed);
  fillStart(context, plan, random);
  for (let attempt = 0, steps = firstSteps; attempt < ATTEMPTS; attempt++, steps *= 2) {
    for (let step = 0; step < steps; step++) iterate(context, plan, random);
    projectOnto(context, plan, random);
    const relativeResidual = residual(context, plan);
    if (relativeResidual <= accepted)
      return { ...split(matrix, scaled, directionsOf(context, plan)), relativeResidual };
    if (size === cols) return undefined;
  }
  return undefined;
}

/** All vectors are rows. The matrix is seen with its longer side as rows. */
interface SubspacePlan {
  readonly w: Block;
  /** size x cols: the subspace of the shorter side; in the end the second factor. */
  readonly q: Block;
  /** size x rows: its image. */
  readonly y: Block;
  readonly kept: Block;
  readonly small: Block;
  readonly strip: Block;
  readonly scratch: number;
  readonly rows: number;
  readonly cols: number;
  readonly rank: number;
  readonly size: number;
}

function fillStart(
  context: SolverContext,
  { q, size, cols, scratch }: SubspacePlan,
  random: () => number,
): void {
  const whole = size === cols;
  for (let row = 0; row < size; row++) {
    const vector = float64View(context.kernels, subBlock(q, row, 0).address, cols);
    for (let i = 0; i < cols; i++) vector[i] = whole ? Number(i === row) : random() - 0.5;
  }
  if (!whole) orthonormalizeRows(context, q, size, cols, random, scratch);
}

/** Q <- an orthonormal basis of W^T (W Q). */
function iterate(context: SolverContext, plan: SubspacePlan, random: () => number): void {
  const { w, q, y, rows, cols, size, scratch } = plan;
  context.blas.gemm('NT', size, rows, cols, 1, q, w, 0, y);
  orthonormalizeRows(context, y, size, rows, random, scratch);
  context.blas.gemm('NN', size, cols, rows, 1, y, w, 0, q);
  orthonormalizeRows(context, q, size, cols, random, scratch);
}

/**
 * The best `rank` left directions inside the subspace become the first rows of y, and what W makes of
 * them, which is the best second factor for them, the first of q; q's other rows stay for another round.
 */
function projectOnto(context: SolverContext, plan: SubspacePlan, random: () => number): void {
  const { blas, kernels, throwIfCancelled } = context;
  const { w, q, y, kept, small, rows, cols, size, rank, scratch } = plan;
  blas.gemm('NT', size, rows, cols, 1, q, w, 0, kept);
  kernels.copyBlock(kept.address, kept.stride, size, rows, y.address, y.stride);
  orthonormalizeRows(context, y, size, rows, random, scratch);
  blas.gemm('NT', size, size, rows, 1, kept, y, 0, small);
  const all = Array.from({ length: size }, (_, row) =>
    float64View(kernels, subBlock(small, row, 0).address, size),
  );
  const best = jacobiRows(
    all.map((row) => row.slice()),
    throwIfCancelled,
  );
  for (const [k, row] of best.entries()) {
    const length = Math.sqrt(dot(row, row));
    all[k]!.set(length > 0 ? row.map((value) => value / length) : row);
  }
  blas.gemm('NN', size, rows, size, 1, small, y, 0, kept);
  kernels.copyBlock(kept.address, kept.stride, size, rows, y.address, y.stride);
  orthonormalizeRows(context, y, size, rows, random, scratch);
  blas.gemm('NN', rank, cols, rows, 1, y, w, 0, q);
}

/** The norm of W - Y^T Q over that of W, from the differences themselves. */
function residual(context: SolverContext, plan: SubspacePlan): number {
  const { blas, kernels } = context;
  const { w, q, y, strip, rows, cols, rank } = plan;
  let left = 0;
  let all = 0;
  for (let first = 0; first < rows; first += STRIP) {
    context.throwIfCancelled();
    const count = Math.min(STRIP, rows - first);
    const from = subBlock(w, first, 0);
    kernels.copyBlock(from.address, from.stride, count, cols, strip.address, strip.stride);
    blas.gemm('TN', count, cols, rank, -1, subBlock(y, 0, first), q, 1, strip);
    for (let row = 0; row < count; row++) {
      const difference = float64View(kernels, subBlock(strip, row, 0).address, cols);
      const original = float64View(kernels, subBlock(w, first + row, 0).address, cols);
      left += dot(difference, difference);
      all += dot(original, original);
    }
  }
  return Math.sqrt(left / all);
}

/** A unit vector, and what the scaled matrix makes of it along its other side. */
interface Direction {
  readonly unit: Float64Array;
  readonly image: Float64Array;
  /** Whether the unit vector lies along the longer side. */
  readonly isLong: boolean;
}

function directionsOf({ kernels }: SolverContext, plan: SubspacePlan): readonly Direction[] {
  return Array.from({ length: plan.rank }, (_, c) => ({
    unit: float64View(kernels, subBlock(plan.y, c, 0).address, plan.rows),
    image: float64View(kernels, subBlock(plan.q, c, 0).address, plan.cols),
    isLong: true,
  }));
}

/** Both factors in the orientation and scale of the matrix itself. */
function split(
  { rows, cols }: Matrix,
  { fromUnit }: ScaledMatrix,
  directions: readonly Direction[],
): Pick<Factors, 'u' | 'v'> {
  const rank = directions.length;
  const wide = cols > rows;
  const u = new Float64Array(rows * rank);
  const v = new Float64Array(rank * cols);
  // Equal shares of the scale: its two powers of two may differ by one.
  const even = Math.sqrt(fromUnit[1] / fromUnit[0]);
  const [uScale, vScale] = [fromUnit[0] * even, fromUnit[1] / even];
  for (const [c, { unit, image, isLong }] of directions.entries()) {
    const root = Math.sqrt(Math.sqrt(dot(image, image)));
    const imageFirst = wide === isLong;
    const [left, right] = imageFirst ? [image, unit] : [unit, image];
    // The unit vector is multiplied by the root, its image divided.
    const inverse = root > 0 ? 1 / root : 0;
    const [leftScale, rightScale] = imageFirst ? [inverse, root] : [root, inverse];
    for (let i = 0; i < rows; i++) u[i * rank + c] = left[i]! * leftScale * uScale;
    for (let j = 0; j < cols; j++) v[c * cols + j] = right[j]! * rightScale * vScale;
  }
  return { u: { rows, cols: rank, data: u }, v: { rows: rank, cols, data: v } };
}

function zeroFactors({ rows, cols }: Matrix, rank: number): Factors {
  const u = { rows, cols: rank, data: new Float64Array(rows * rank) };
  const v = { rows: rank, cols, data: new Float64Array(rank * cols) };
  return { u, v, relativeResidual: 0, optimum: 0 };
}

/** The norm of all values from `rank` on over that of all. */
function relativeTail(values: ArrayLike<number>, rank: number): number {
  const largest = values[0]!;
  if (largest === 0) return 0;
  let tail = 0;
  let all = 0;
  for (let k = values.length - 1; k >= 0; k--) {
    all += (values[k]! / largest) ** 2;
    if (k === rank) tail = all;
  }
  return Math.sqrt(tail / all);
}

function checkRank({ rows, cols }: Matrix, rank: number, { singularValues }: FactorOptions): void {
  const full = Math.min(rows, cols);
  if (!Number.isInteger(rank) || rank < 1 || rank > full)
    throw new LinalgError(
      'bad-shape',
      `The rank ${rank} is none of a ${rows} x ${cols} matrix; give a whole number from 1 to ${full}.`,
    );
  if (singularValues.length !== full)
    throw new LinalgError(
      'bad-shape',
      `The spectrum has ${singularValues.length} values, but a ${rows} x ${cols} matrix has ${full}.`,
    );
}
