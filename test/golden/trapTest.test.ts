import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Layer } from '../../src/core/report/report.ts';
import { seededRandom } from '../fixtures/seededRandom.ts';
import { tempFolder } from '../fixtures/tempFolder.ts';
import { writeOnnx, type TensorSpec } from '../fixtures/onnxModel.ts';
import { analyzeRequest, testEngine } from '../fixtures/testEngine.ts';
import { byTensor, consumerOf, goldenJson, goldenTensors } from './goldenModel.ts';

interface RunC {
  readonly layers: readonly (Readonly<Record<string, number>> & { readonly name: string })[];
}

const { C_mpfit_random_detX: runC } = goldenJson('weightwatcher.json') as Readonly<
  Record<'C_mpfit_random_detX', RunC>
>;

/** Large enough that their shuffles agree with each other, small enough to be shuffled often. */
const GAUSSIAN = [
  'm01_gauss_64x64',
  'm02_gauss_128x512',
  'm03_gauss_512x128_T',
  'm22_gauss_64x100',
];
const HEAVY_ENTRIES = 'm05_t3_512x128';
const ONE_LARGE_WEIGHT = 'one_large_weight_200x300';

/** Standard normal entries, one of them 50. */
function oneLargeWeight(): TensorSpec {
  const random = seededRandom(21);
  const values = Float64Array.from({ length: 200 * 300 }, () => random.normal());
  values[12_345] = 50;
  return { name: ONE_LARGE_WEIGHT, dims: [200, 300], values };
}

const folder = tempFolder();
const engine = testEngine('', 2);
afterAll(() => engine.dispose());

const layers: Record<'robust' | 'compat', ReadonlyMap<string, Layer>> = {
  robust: new Map(),
  compat: new Map(),
};
beforeAll(async () => {
  const initializers = [
    ...goldenTensors().filter(({ name }) => [...GAUSSIAN, HEAVY_ENTRIES].includes(name)),
    oneLargeWeight(),
  ];
  const nodes = initializers.map(consumerOf);
  const file = writeOnnx(folder, 'traps.onnx', { nodes, initializers });
  for (const mode of ['robust', 'compat'] as const)
    layers[mode] = byTensor((await engine.analyze(analyzeRequest(file, { mode }))).layers);
}, 120_000);

function trapTestOf(name: string): Layer['fits']['trapTest'] {
  return layers.robust.get(name)!.fits.trapTest;
}

describe('the randomised test', () => {
  it.each(GAUSSIAN)('finds no trap in %s', (name) => {
    expect(trapTestOf(name).traps).toBe(0);
  });

  it('finds the traps of heavy-tailed entries', () => {
    expect(trapTestOf(HEAVY_ENTRIES).traps).toBeGreaterThan(0);
  });

  it('finds one trap where one weight is 50', () => {
    const { traps, maxRandEval, softRank } = trapTestOf(ONE_LARGE_WEIGHT);
    expect(traps).toBe(1);
    expect(maxRandEval).toBeGreaterThan(2500);
    expect(softRank).toBeCloseTo(1, 1);
  });

  it.each([...GAUSSIAN, HEAVY_ENTRIES])(
    'of %s is near the reference, whose shuffles have no seed',
    (name) => {
      const reference = runC.layers.find((layer) => layer.name === name)!;
      const { maxRandEval, softRank, maxDistance, randDistance } = trapTestOf(name);
      expect(maxRandEval! / reference['max_rand_eval']!).toBeGreaterThan(0.85);
      expect(maxRandEval! / reference['max_rand_eval']!).toBeLessThan(1.25);
      expect(softRank).toBeCloseTo(maxRandEval! / reference['lambda_max']!, 9);
      expect(maxDistance).toBeCloseTo(reference['lambda_max']! - maxRandEval!, 9);
      expect(randDistance! / reference['rand_distance']!).toBeGreaterThan(0.5);
      expect(randDistance! / reference['rand_distance']!).toBeLessThan(2);
    },
  );

  it('is not made in compat mode, which solves no shuffles', () => {
    const figures = [...layers.compat.values()].map(({ fits }) => fits.trapTest);
    const nothing = { maxRandEval: null, softRank: null, maxDistance: null, randDistance: null };
    expect(figures).toEqual(figures.map(() => ({ shuffles: null, ...nothing, traps: null })));
  });
});
