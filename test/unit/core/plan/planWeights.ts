import type { PlanWeight } from '../../../../src/core/plan/planWeight.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';

const ALLOWED: PlanWeight['refused'] = { lowrank: '', sparsity: '', bits: '', mixed: '' };

/** A weight of that shape whose singular values fall as a power of their rank, with a little noise. */
export function powerLawWeight(
  name: string,
  [rows, cols]: readonly [number, number],
  exponent: number,
  seed: number,
): PlanWeight {
  const random = seededRandom(seed);
  const full = Math.min(rows, cols);
  const values = Float64Array.from(
    { length: full },
    (_, k) => (k + 1) ** -exponent * (1 + 0.1 * random.uniform()),
  );
  values.sort().reverse();
  return {
    id: name,
    name,
    tensor: name,
    block: '',
    rows,
    cols,
    parameters: rows * cols,
    bytes: 4 * rows * cols,
    elementBytes: 4,
    singularValues: values,
    energy: values.reduce((sum, value) => sum + value * value, 0),
    values: null,
    locked: null,
    alpha: null,
    refused: ALLOWED,
    sensitivity: 1,
  };
}

/** Seeded weights of mixed shapes and decays. */
export function mixedWeights(count: number, largest: number, seed: number): readonly PlanWeight[] {
  const random = seededRandom(seed);
  const side = (): number => 2 + Math.floor(random.uniform() * (largest - 1));
  return Array.from({ length: count }, (_, k) =>
    powerLawWeight(`w${k}`, [side(), side()], 0.2 + random.uniform(), seed * 1000 + k),
  );
}
