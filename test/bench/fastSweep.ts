import * as fs from 'node:fs';
import { canFuse } from '../../src/core/linalg/fusedKernels.ts';
import { loadKernels } from '../../src/core/linalg/kernels.ts';
import { FAST_ERROR } from '../../src/core/linalg/mixing.ts';
import { loadOrt } from '../../src/core/linalg/ortLibrary.ts';
import { singularValues } from '../../src/core/linalg/singularValues.ts';
import { matrixKinds, type MatrixKind, matrixOf } from '../fixtures/matrixKinds.ts';
import { seededRandom } from '../fixtures/seededRandom.ts';

// Prints the error of fast precision, as a share of the largest singular value, for every kind of matrix
// and every size given: kernels.wasm SIZE,ROWSxCOLS wasm|ort KIND,KIND (empty for all). Ends with 1 where one is over the bound.
const [wasmFile, sizes, backend, wanted] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
];

/** As the kinds of the unit tests, in time that grows with the number of entries. */
const QUICK: Readonly<Record<string, MatrixKind>> = {
  orthogonal: (rows, cols, random) => {
    const unit = (): Float64Array => {
      const v = Float64Array.from({ length: rows }, () => random.normal());
      const norm = Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));
      return v.map((x) => x / norm);
    };
    const [v, w] = [unit(), unit()];
    const along = v.reduce((sum, x, i) => sum + x * w[i]!, 0);
    return matrixOf(
      rows,
      cols,
      (i, j) => Number(i === j) - 2 * v[i]! * v[j]! - 2 * w[i]! * w[j]! + 4 * along * v[i]! * w[j]!,
    );
  },
  'rank deficient': (rows, cols, random) => {
    const half = Math.ceil(cols / 2);
    const base = matrixOf(rows, half, () => random.normal()).data;
    return matrixOf(rows, cols, (i, j) =>
      j < half ? base[i * half + j]! : base[i * half + j - half]! - base[i * half + (j % 7)]!,
    );
  },
  'duplicate rows': (rows, cols, random) => {
    const base = matrixOf(rows, cols, () => random.normal()).data;
    return matrixOf(rows, cols, (i, j) => base[(i >> 2) * cols + j]!);
  },
};

const wasm = fs.readFileSync(wasmFile);
canFuse(wasm);
const kernels = loadKernels(wasm);
const library = backend === 'ort' ? loadOrt(import.meta.url) : undefined;
const kinds = Object.entries({ ...matrixKinds, ...QUICK }).filter(
  ([kind]) => wanted === '' || wanted.split(',').includes(kind),
);
let isOver = false;
for (const size of sizes.split(',')) {
  const [rows, cols = rows] = size.split('x').map(Number) as [number, number?];
  for (const [kind, make] of kinds) {
    const matrix = make(rows, cols, seededRandom(rows));
    const exact = singularValues(matrix, kernels);
    const fast = singularValues(matrix, kernels, { precision: 'fast', library });
    const largest = exact[0]! || 1;
    const error = exact.reduce((most, s, i) => {
      const off = Math.abs(s - fast[i]!) / largest;
      return off <= most ? most : off;
    }, 0);
    isOver ||= !(error <= FAST_ERROR);
    console.log(`${size}  ${error.toExponential(2)}  ${kind}`);
  }
}
process.exit(isOver ? 1 : 0);
