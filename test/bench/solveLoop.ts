import * as fs from 'node:fs';
import * as readline from 'node:readline';
import { loadKernels } from '../../src/core/linalg/kernels.ts';
import { singularValues } from '../../src/core/linalg/singularValues.ts';
import { seededRandom } from '../fixtures/seededRandom.ts';

// Answers each line `rows cols` with the milliseconds of one solve and the largest singular value, so
// that the bench can call two programs in turn without paying for their start.
const kernels = loadKernels(fs.readFileSync(process.argv[2]!));
const matrices = new Map<string, Float64Array>();

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const [rows, cols] = line.split(' ').map(Number) as [number, number];
  const data = matrices.get(line) ?? gaussian(rows * cols);
  matrices.set(line, data);
  const started = performance.now();
  const values = singularValues({ rows, cols, data }, kernels);
  console.log(`${performance.now() - started} ${values[0]!}`);
});

function gaussian(count: number): Float64Array {
  const random = seededRandom(count);
  return Float64Array.from({ length: count }, () => random.normal());
}
