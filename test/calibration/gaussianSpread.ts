import * as fs from 'node:fs';
import { loadKernels } from '../../src/core/linalg/kernels.ts';
import { singularValues } from '../../src/core/linalg/singularValues.ts';
import { eigenvaluesOf } from '../../src/core/spectrum/eigenvalues.ts';
import { entropyRank } from '../../src/core/spectrum/entropy.ts';
import { fitHill, fitUpperHill } from '../../src/core/spectrum/hill.ts';
import { fitPowerLaw } from '../../src/core/spectrum/powerLaw.ts';
import { EXPONENT_SCALE, LOG_SCALE } from '../../src/core/spectrum/shuffleNull.ts';
import { seededRandom } from '../fixtures/seededRandom.ts';

// Measures what src/core/spectrum/gaussianSpread.ts states: the standard deviation of each figure over
// Gaussian matrices, on the scale it is compared on, by shape. Prints one line a shape.
const kernels = loadKernels(fs.readFileSync(process.argv[2]!));
const repeats = Number(process.argv[3]);

console.log('n ratio hill upperHill powerLaw distance effectiveRank largestEigenvalue');
for (const ratio of [1, 2, 4]) {
  for (const n of [64, 128, 256, 512, 1024]) {
    const count = n < 512 ? repeats : Math.max(8, repeats / 4);
    const samples = Array.from({ length: count }, (_, k) => figuresOf(n, ratio * n, k));
    const spreads = samples[0]!.map((_, f) => deviation(samples.map((sample) => sample[f]!)));
    console.log([n, ratio, ...spreads.map((each) => each.toPrecision(3))].join(' '));
  }
}

function figuresOf(rows: number, cols: number, seed: number): readonly number[] {
  const random = seededRandom(7919 * seed + rows + cols);
  const data = Float64Array.from({ length: rows * cols }, () => random.normal());
  const values = singularValues({ rows, cols, data }, kernels);
  const eigenvalues = eigenvaluesOf(values);
  const powerLaw = fitPowerLaw(eigenvalues)!;
  return [
    EXPONENT_SCALE.to(fitHill(eigenvalues)!.alpha),
    EXPONENT_SCALE.to(fitUpperHill(eigenvalues)!.alpha),
    EXPONENT_SCALE.to(powerLaw.alpha),
    LOG_SCALE.to(powerLaw.D),
    LOG_SCALE.to(entropyRank(values)),
    LOG_SCALE.to(eigenvalues.at(-1)!),
  ];
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1),
  );
}
