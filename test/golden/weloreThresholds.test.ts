import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  attemptedReduction,
  weloreRank,
  weloreThreshold,
  type RankedMatrix,
} from '../../src/core/plan/welore.ts';

interface Choice {
  readonly threshold: number;
  readonly removed: Readonly<Record<string, number>>;
  readonly kept: Readonly<Record<string, number>>;
  readonly attempted_reduction: number;
  readonly min_ratio_0: Totals;
  readonly min_ratio_0_4999: Totals;
}

interface Totals {
  readonly dense_params: number;
  readonly compressed_params: number;
  readonly param_ratio: number;
}

interface WeloreGolden {
  readonly layers: readonly string[];
  readonly total_rank: number;
  readonly targets: Readonly<Record<string, Readonly<Record<string, Choice>>>>;
  readonly curve_threshold_vs_attempted_reduction: readonly (readonly [number, number])[];
}

function golden(name: string): unknown {
  return JSON.parse(readFileSync(path.join(import.meta.dirname, name), 'utf8'));
}

const welore = golden('welore.json') as WeloreGolden;
const spectra = golden('singular_values.json') as Readonly<
  Record<string, { readonly sv_desc: readonly number[] }>
>;

const matrices: readonly (RankedMatrix & { readonly name: string })[] = welore.layers.map(
  (name) => {
    const [, rows, cols] = /_(\d+)x(\d+)/.exec(name)!;
    const singularValues = Float64Array.from(spectra[name]!.sv_desc);
    return { name, rows: Number(rows), cols: Number(cols), singularValues };
  },
);

const choices = Object.entries(welore.targets).flatMap(([target, byRule]) =>
  Object.entries(byRule).map(([rule, choice]) => ({ target: Number(target) / 100, rule, choice })),
);

describe('WeLore on sixteen matrices as one model', () => {
  test('the ranks are those of the reference', () => {
    const ranks = matrices.reduce((total, { singularValues }) => total + singularValues.length, 0);
    expect(ranks).toBe(welore.total_rank);
    expect(choices).toHaveLength(27);
  });

  test.each(choices)('$target by $rule: ranks, reduction and parameters', ({ choice }) => {
    for (const [ratio, totals] of [
      [0, choice.min_ratio_0],
      [0.4999, choice.min_ratio_0_4999],
    ] as const) {
      const ranks = matrices.map((matrix) => weloreRank(matrix, choice.threshold, ratio));
      for (const [k, { name }] of matrices.entries()) {
        expect({ name, removed: ranks[k]!.removed }).toEqual({
          name,
          removed: choice.removed[name],
        });
        expect(ranks[k]!.kept).toBe(choice.kept[name]);
      }
      const parameters = ranks.reduce((total, each) => total + each.parameters, 0);
      expect(parameters).toBe(totals.compressed_params);
    }
    expect(attemptedReduction(matrices, choice.threshold)).toBeCloseTo(
      choice.attempted_reduction,
      12,
    );
  });

  test.each(choices.filter(({ rule }) => rule === 'bisection_smallest_threshold'))(
    '$target: the smallest threshold',
    ({ target, choice }) => {
      const threshold = weloreThreshold(matrices, target);
      expect(Math.abs(threshold - choice.threshold)).toBeLessThan(1e-9);
      expect(attemptedReduction(matrices, threshold)).toBeGreaterThanOrEqual(target);
    },
  );

  test('the whole curve of thresholds', () => {
    expect(welore.curve_threshold_vs_attempted_reduction).toHaveLength(201);
    for (const [threshold, reduction] of welore.curve_threshold_vs_attempted_reduction)
      expect(attemptedReduction(matrices, threshold)).toBeCloseTo(reduction, 12);
  });
});
