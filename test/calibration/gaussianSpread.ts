import * as fs from 'node:fs';
import { loadKernels } from '../../src/core/linalg/kernels.ts';
import { eigenvaluesOf } from '../../src/core/spectrum/eigenvalues.ts';
import { entropyRank } from '../../src/core/spectrum/entropy.ts';
import { gaussianSpread, type SpreadFigure } from '../../src/core/spectrum/gaussianSpread.ts';
import { fitHill, fitUpperHill } from '../../src/core/spectrum/hill.ts';
import { fitPowerLaw } from '../../src/core/spectrum/powerLaw.ts';
import { EXPONENT_SCALE, LOG_SCALE } from '../../src/core/spectrum/shuffleNull.ts';
import { gaussianSpectrum } from '../fixtures/gaussianSpectrum.ts';
import { seededRandom } from '../fixtures/seededRandom.ts';

// Measures what src/core/spectrum/gaussianSpread.ts states: the standard deviation of each figure over
// Gaussian matrices, on the scale it is compared on. Prints, for each shape, the measured deviation times
// the smaller side (times 1 for those that do not fall with it) and, after the slash, the stated one.
const kernels = loadKernels(fs.readFileSync(process.argv[2]!));
const repeats = Number(process.argv[3]);

const SIDES = [256, 1025, 2048, 4096];
const RATIOS = [1, 1.25, 2, 4, 16];
const FIGURES: readonly SpreadFigure[] = [
  'hill',
  'upperHill',
  'powerLaw',
  'distance',
  'effectiveRank',
  'largestEigenvalue',
];

console.log(['side', 'ratio', ...FIGURES].join('\t'));
for (const side of SIDES) {
  const draws = side > 2048 ? Math.ceil(repeats / 4) : repeats;
  for (const ratio of RATIOS) {
    const larger = Math.round(ratio * side);
    const random = seededRandom(7919 * side + larger);
    const samples = Array.from({ length: draws }, () => figuresOf(side, larger, random));
    const cells = FIGURES.map((figure, f) => {
      const measured = deviation(samples.map((sample) => sample[f]!));
      const factor = figure === 'powerLaw' || figure === 'distance' ? 1 : side;
      const stated = gaussianSpread(figure, side, larger);
      return `${(measured * factor).toPrecision(3)}/${(stated * factor).toPrecision(3)}`;
    });
    console.log([side, ratio, ...cells].join('\t'));
  }
}

function figuresOf(
  rows: number,
  cols: number,
  random: ReturnType<typeof seededRandom>,
): readonly number[] {
  const values = gaussianSpectrum(kernels, rows, cols, random);
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
