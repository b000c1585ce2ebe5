import { describe, expect, it } from 'vitest';
import { TARGETS_OF } from '../../../../src/core/plan/planRequest.ts';
import {
  asShare,
  parsedTarget,
  reachableTarget,
  sliderRange,
  targetAs,
  targetText,
} from '../../../../webview/plan/target.ts';
import { samplePlan, samplePlanSource, valuedPlanSource } from '../../../fixtures/samplePlan.ts';

describe('a target', () => {
  it.each([
    ['parameters', '62.5', 0.625],
    ['parameters', '62.5 %', 0.625],
    ['parameters', '100', 1],
    ['parameters', '0', undefined],
    ['parameters', '101', undefined],
    ['sparsity', '0', 0],
    ['sparsity', '100', undefined],
    ['error', '0', 0],
    ['bits', '4.5', 4.5],
    ['bits', '1', undefined],
    ['bytes', 'half', undefined],
    ['bytes', '', undefined],
    ['bytes', '-5', undefined],
    ['bytes', '1e1', undefined],
  ] as const)('of %s written as "%s" is %s', (kind, text, value) => {
    expect(parsedTarget(kind, text)).toBe(value);
  });

  it.each(['parameters', 'bytes', 'rank', 'sparsity', 'error', 'bits'] as const)(
    'of %s is read back as it is shown',
    (kind) => {
      const value = kind === 'bits' ? 4.25 : 0.375;
      expect(parsedTarget(kind, targetText(kind, value))).toBe(value);
    },
  );

  it.each(TARGETS_OF.lowrank)('said as %s asks for what the plan has met', (kind) => {
    const source = samplePlanSource(12);
    const plan = samplePlan(source);
    const again = samplePlan(source, 'lowrank', targetAs(kind, plan));
    // Counted otherwise, the same may be had with less error, and not with more.
    expect(again.achieved.error!).toBeLessThan(plan.achieved.error! + 0.002);
    expect(again.achieved.error!).toBeGreaterThan(0.7 * plan.achieved.error!);
  });

  it.each(TARGETS_OF.sparsity)('of zeros said as %s asks for what the plan has met', (kind) => {
    const source = valuedPlanSource(6);
    const plan = samplePlan(source, 'sparsity', { kind: 'sparsity', value: 0.5 });
    const again = samplePlan(source, 'sparsity', targetAs(kind, plan));
    expect(again.achieved.sparsity).toBeCloseTo(0.5, 2);
  });

  it('that is an amount is a share of the whole', () => {
    const plan = samplePlan(samplePlanSource(6));
    const [before] = plan.achieved.bytes;
    expect(asShare({ kind: 'bytes', value: before / 4 }, plan)).toBeCloseTo(0.25, 9);
    expect(asShare({ kind: 'bits', value: 8 }, plan)).toBe(8);
  });

  it.each([
    [{ kind: 'parameters', value: 0.1 }, { furthest: 0.3, none: 1 }, 0.3],
    [{ kind: 'parameters', value: 0.5 }, { furthest: 0.3, none: 1 }, 0.5],
    [{ kind: 'parameters', value: 5000 }, { furthest: 0.3, none: 1 }, 5000],
    [{ kind: 'sparsity', value: 0.9 }, { furthest: 0.6, none: 0 }, 0.6],
    [{ kind: 'bits', value: 2 }, { furthest: 4.5, none: 32 }, 4.5],
    [{ kind: 'error', value: 0.9 }, { furthest: 0.6, none: 0 }, 0.9],
  ] as const)('%o is brought within reach %o', (target, reach, value) => {
    expect(reachableTarget(target, reach)).toEqual({ kind: target.kind, value });
  });

  it.each([
    ['parameters', { furthest: 0.0047, none: 1 }, { least: 0.005, most: 1, step: 0.001 }],
    ['sparsity', { furthest: 0.9897, none: 0 }, { least: 0, most: 0.989, step: 0.001 }],
    ['bits', { furthest: 4.33, none: 32 }, { least: 4.35, most: 32, step: 0.05 }],
    ['rank', { furthest: 1, none: 1 }, { least: 1, most: 1, step: 0.001 }],
  ] as const)('of %s within %o has the slider %o', (kind, reach, range) => {
    expect(sliderRange(kind, reach)).toEqual(range);
  });
});
