import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  farmsClipped,
  linearShares,
  mappedAlphas,
  redistributed,
  weightedMean,
  type MappedWeight,
} from '../../src/core/plan/sparsityMap.ts';

interface ReferencePlan {
  readonly block_ratios: readonly number[];
  readonly weighted_mean: number;
  readonly min: number;
  readonly max: number;
  readonly any_ratio_above_1?: boolean;
  readonly clipped_to_0_998_or_0_99999?: readonly number[];
}

interface Shapes {
  readonly blocks: number;
  readonly hidden: number;
  readonly ffn: number;
  readonly kv: number;
}

interface ImageInputs {
  readonly alpha_mid: readonly number[];
  readonly numel: readonly number[];
}

interface ImagePlan {
  readonly ratios: readonly number[];
  readonly max: number;
}

const golden = JSON.parse(
  readFileSync(path.join(import.meta.dirname, 'alphapruning_plans.json'), 'utf8'),
) as Readonly<Record<string, unknown>>;
const inputs = golden['_inputs'] as Readonly<Record<string, readonly number[]>>;
const shapes = golden['_inputs_shapes'] as Readonly<Record<string, Shapes>>;
const images = golden['image_classifiers'] as Readonly<Record<string, ImagePlan & ImageInputs>>;

/** The references compute in float32. */
const TOLERANCE = 1e-6;

const cases = Object.entries(golden)
  .filter(([name]) => !name.startsWith('_') && name !== 'image_classifiers')
  .map(([name, plan]) => {
    const [source, model, sparsity, epsilon] = name.split('/') as [string, string, string, string];
    return {
      name,
      source,
      weights: llamaWeights(inputs[`${source}/${model}`]!, shapes[model]!),
      target: Number(sparsity.slice('sparsity'.length)),
      epsilon: Number(epsilon.slice('eps'.length)),
      plan: plan as ReferencePlan,
    };
  });

/** Query, key, value, output, gate, up and down of every block. */
function llamaWeights(
  alphas: readonly number[],
  { hidden, ffn, kv }: Shapes,
): readonly MappedWeight[] {
  const sizes = [hidden, kv, kv, hidden, ffn, ffn, ffn].map((side) => side * hidden);
  return alphas.map((alpha, k) => ({
    alpha,
    parameters: sizes[k % sizes.length]!,
    block: String(Math.floor(k / sizes.length)),
  }));
}

describe('sparsity by block, as AlphaPruning and FARMS allocate it', () => {
  test('every plan of the references is here', () => {
    expect(cases).toHaveLength(24);
  });

  test.each(cases)('$name', ({ source, weights, target, epsilon, plan }) => {
    const shares = linearShares(weights, mappedAlphas(weights, true), target, epsilon);
    const ours = source === 'FARMS' ? farmsClipped(shares, target) : shares;
    const byBlock = ours.filter((_, k) => k % 7 === 0);
    expect(byBlock).toHaveLength(plan.block_ratios.length);
    for (const [k, ratio] of plan.block_ratios.entries())
      expect(Math.abs(byBlock[k]! - ratio)).toBeLessThan(TOLERANCE);
    expect(Math.abs(weightedMean(ours, weights) - plan.weighted_mean)).toBeLessThan(TOLERANCE);
    expect(Math.max(...ours)).toBeCloseTo(plan.max, 5);
    if (plan.any_ratio_above_1 !== undefined)
      expect(ours.some((share) => share > 1)).toBe(plan.any_ratio_above_1);
    if (plan.clipped_to_0_998_or_0_99999 !== undefined)
      expect(shares.flatMap((share, k) => (share > 1 ? [k] : []))).toEqual(
        plan.clipped_to_0_998_or_0_99999,
      );
  });

  test.each(cases)('$name: mended, it keeps to its bounds and meets its target', (each) => {
    const { weights, target, epsilon } = each;
    const shares = linearShares(weights, mappedAlphas(weights, true), target, epsilon);
    const mended = redistributed(shares, weights, target, [0, 0.99]);
    expect(Math.max(...mended)).toBeLessThanOrEqual(0.99);
    expect(Math.abs(weightedMean(mended, weights) - target)).toBeLessThan(1e-12);
  });
});

describe('sparsity by layer, as the image classifiers of AlphaPruning allocate it', () => {
  const plans = Object.entries(images).filter(([name]) => !name.startsWith('_'));

  test.each(plans)('%s', (name, plan) => {
    const [model, sparsity, epsilon] = name.split('/') as [string, string, string];
    const { alpha_mid, numel } = images[`_inputs/${model}`]!;
    const weights = alpha_mid.map((alpha, k) => ({ alpha, parameters: numel[k]!, block: '' }));
    const shares = linearShares(
      weights,
      mappedAlphas(weights, false),
      Number(sparsity.slice('sparsity'.length)),
      Number(epsilon.slice('eps'.length)),
    );
    expect(shares).toHaveLength(plan.ratios.length);
    for (const [k, ratio] of plan.ratios.entries())
      expect(Math.abs(shares[k]! - ratio)).toBeLessThan(TOLERANCE);
  });

  test('nine plans are here', () => {
    expect(plans).toHaveLength(9);
  });
});
