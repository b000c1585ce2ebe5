import type { FloatType, Weight } from '../../../../src/core/checkpoint/checkpoint.ts';
import { inputLines } from '../../../../src/core/plan/inputLines.ts';
import { measureValues } from '../../../../src/core/plan/measureValues.ts';
import type { PlanWeight } from '../../../../src/core/plan/planWeight.ts';
import { quantLevels } from '../../../../src/core/plan/quantLevels.ts';
import { storedScale } from '../../../../src/core/plan/storedScale.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';
import { powerLawWeight } from './planWeights.ts';

/** A weight as a checkpoint would list it: a MatMul's `[in, out]` of float32 unless said. */
export function listedWeight(
  changes: Partial<Weight> & Pick<Weight, 'shape'> & { readonly dtype?: FloatType },
): Weight {
  const { shape, dtype = 'float32' } = changes;
  const parameters = shape.reduce((total, length) => total * length, 1);
  return {
    id: 'w',
    name: 'w',
    tensor: 'w',
    op: 'MatMul',
    role: 'linear',
    orientation: 'in-out',
    dtype,
    rowAxes: 1,
    parameters,
    groups: 1,
    consumers: ['node'],
    storage: {
      file: 'model.onnx',
      tensor: 'w',
      dtype,
      elements: parameters,
      encoding: 'raw',
      segments: [{ offset: 0, bytes: 4 * parameters }],
    },
    ...changes,
  };
}

/** Gaussian values with a heavy tail for odd seeds, as float32 holds them. */
export function seededValues(count: number, seed: number): Float64Array {
  const random = seededRandom(seed);
  const power = seed % 2 === 0 ? 1 : 3;
  return Float64Array.from({ length: count }, () => {
    const value = random.normal();
    return Math.fround(Math.sign(value) * Math.abs(value) ** power);
  });
}

/** Seeded weights of mixed shapes, MatMuls and convolutions, with spectra, exponents and measured values. */
export function valuedWeights(count: number, largest: number, seed: number): readonly PlanWeight[] {
  const random = seededRandom(seed);
  const side = (): number => 8 * (1 + random.integer(largest / 8));
  return Array.from({ length: count }, (_, k) => {
    const [rows, cols] = [side(), side()];
    const listed =
      k % 2 === 0
        ? listedWeight({ shape: [rows, cols] })
        : listedWeight({ shape: [rows, cols, 1], op: 'Conv', role: 'conv', orientation: 'conv' });
    const lines = inputLines(listed);
    const measured = measureValues(
      seededValues(rows * cols, seed * 100 + k),
      {
        lines,
        levels: quantLevels(
          listed,
          lines,
          4,
          k % 2 === 0 ? { form: 'nbits' } : { form: 'dequantize', blocks: false },
        ),
        signed: k % 2 === 0,
        patterns: true,
      },
      storedScale('float32'),
    );
    const spectral = powerLawWeight(`w${k}`, [rows, cols], 0.2 + random.uniform(), seed * 1000 + k);
    const scale = Math.sqrt(measured.energy / spectral.energy);
    return {
      ...spectral,
      singularValues: spectral.singularValues.map((value) => value * scale),
      energy: measured.energy,
      values: measured,
      alpha: k % 5 === 4 ? null : 1.5 + 3 * random.uniform(),
      block: `block.${Math.floor(k / 3)}`,
    };
  });
}
