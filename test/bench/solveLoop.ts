import * as fs from 'node:fs';
import * as readline from 'node:readline';
import { canFuse } from '../../src/core/linalg/fusedKernels.ts';
import type { GemmLibrary } from '../../src/core/linalg/gemmLibrary.ts';
import { loadKernels } from '../../src/core/linalg/kernels.ts';
import { loadOrt } from '../../src/core/linalg/ortLibrary.ts';
import { type Precision, singularValues } from '../../src/core/linalg/singularValues.ts';
import { seededRandom } from '../fixtures/seededRandom.ts';

// Answers each line `rows cols count precision wasm|ort` with two times in milliseconds, of the processor and by
// the clock, of the solves of so many matrices, and the largest singular value, so that the bench can call two
// programs in turn without paying for their start. Without ONNX Runtime, `ort` is answered by `absent`.
const wasm = fs.readFileSync(process.argv[2]!);
canFuse(wasm);
const kernels = loadKernels(wasm);
const matrices = new Map<number, Float64Array>();
let library: GemmLibrary | undefined;

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const [rows, cols, count] = line.split(' ').map(Number) as [number, number, number];
  const [precision, backend] = line.split(' ').slice(3) as [Precision, string];
  try {
    if (backend === 'ort') library ??= loadOrt(import.meta.url);
  } catch {
    console.log('absent');
    return;
  }
  const data = matrices.get(rows * cols) ?? gaussian(rows * cols);
  matrices.set(rows * cols, data);
  const options = { precision, library: backend === 'ort' ? library : undefined };
  const started = performance.now();
  const before = process.cpuUsage();
  let largest = 0;
  for (let k = 0; k < count; k++) {
    largest = singularValues({ rows, cols, data }, kernels, options)[0]!;
  }
  const { user, system } = process.cpuUsage(before);
  console.log(`${(user + system) / 1000} ${performance.now() - started} ${largest}`);
});

function gaussian(count: number): Float64Array {
  const random = seededRandom(count);
  return Float64Array.from({ length: count }, () => random.normal());
}
