import * as fs from 'node:fs';
import * as readline from 'node:readline';
import { canFuse } from '../../src/core/linalg/fusedKernels.ts';
import type { GemmLibrary } from '../../src/core/linalg/gemmLibrary.ts';
import { letVectorsJoin } from '../../src/core/linalg/joinedVectors.ts';
import { loadKernels } from '../../src/core/linalg/kernels.ts';
import { loadOrt } from '../../src/core/linalg/ortLibrary.ts';
import type { Matrix } from '../../src/core/linalg/matrix.ts';
import { type Precision, singularValues } from '../../src/core/linalg/singularValues.ts';
import { seededRandom } from '../fixtures/seededRandom.ts';
import { drawnStarts, layerWindows, writeLayer } from './farmsLayer.ts';

// Answers each line `rows cols count precision wasm|ort` with two times in milliseconds, of the processor and by
// the clock, of the solves of so many matrices, and the largest singular value, so that the bench can call two
// programs in turn without paying for their start. Without ONNX Runtime, `ort` is answered by `absent`.
//
// `layer file side` writes a matrix to that file, `starts side rowSamples perSide count` tells how many windows it
// has and draws some, and `windows file side size row,col;row,col precision wasm|ort` is answered as the solves are.
const wasm = fs.readFileSync(process.argv[2]!);
if (process.argv[2]!.endsWith('wide.wasm')) letVectorsJoin();
canFuse(wasm);
const kernels = loadKernels(wasm);
const matrices = new Map<number, Float64Array>();
let library: GemmLibrary | undefined;

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const words = line.split(' ');
  const [word, file] = words as [string, string];
  const counts = words.map(Number);
  if (word === 'layer') {
    writeLayer(file, counts[2]!);
    console.log('written');
    return;
  }
  if (word === 'starts') {
    const [, side, rowSamples, perSide, count] = counts as [never, number, number, number, number];
    console.log(JSON.stringify(drawnStarts(side, rowSamples, perSide, count)));
    return;
  }
  const [precision, backend] = words.slice(-2) as [Precision, string];
  try {
    if (backend === 'ort') library ??= loadOrt(import.meta.url);
  } catch {
    console.log('absent');
    return;
  }
  const asked =
    word === 'windows'
      ? layerWindows(file, counts[2]!, counts[3]!, words[4]!)
      : copiesOf(counts[0]!, counts[1]!, counts[2]!);
  const options = { precision, library: backend === 'ort' ? library : undefined };
  const started = performance.now();
  const before = process.cpuUsage();
  let largest = 0;
  for (const each of asked) largest = singularValues(each, kernels, options)[0]!;
  const { user, system } = process.cpuUsage(before);
  console.log(`${(user + system) / 1000} ${performance.now() - started} ${largest}`);
});

/** One Gaussian matrix, so many times. */
function copiesOf(rows: number, cols: number, count: number): readonly Matrix[] {
  const data = matrices.get(rows * cols) ?? gaussian(rows * cols);
  matrices.set(rows * cols, data);
  return Array.from({ length: count }, () => ({ rows, cols, data }));
}

function gaussian(count: number): Float64Array {
  const random = seededRandom(count);
  return Float64Array.from({ length: count }, () => random.normal());
}
