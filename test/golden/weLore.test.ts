import { describe, expect, it } from 'vitest';
import { normalizedSpectrum, removedRanks } from '../../src/core/spectrum/normalizedSpectrum.ts';
import { goldenJson } from './goldenModel.ts';

interface Choice {
  readonly threshold: number;
  readonly removed: Readonly<Record<string, number>>;
  readonly kept: Readonly<Record<string, number>>;
  readonly attempted_reduction: number;
}
interface WeLore {
  readonly layers: readonly string[];
  readonly total_rank: number;
  readonly targets: Readonly<Record<string, Readonly<Record<string, Choice>>>>;
  readonly curve_threshold_vs_attempted_reduction: readonly (readonly [number, number])[];
}

const reference = goldenJson('welore.json') as WeLore;
const values = goldenJson('singular_values.json') as Readonly<
  Record<string, { readonly sv_desc: readonly number[] }>
>;
const spectra = reference.layers.map(
  (name) => [name, normalizedSpectrum(Float64Array.from(values[name]!.sv_desc))] as const,
);

const choices = Object.entries(reference.targets).flatMap(([target, found]) =>
  Object.entries(found).map(([how, choice]) => [target, how, choice] as const),
);

describe('the ranks that WeLore removes', () => {
  it.each(choices)('for %s %% by %s', (_, __, { threshold, removed, kept, ...choice }) => {
    const counts = spectra.map(([name, each]) => [name, removedRanks(each, threshold)] as const);
    expect(Object.fromEntries(counts)).toEqual(removed);
    const rest = spectra.map(([name, each], k) => [name, each.length - counts[k]![1]]);
    expect(Object.fromEntries(rest)).toEqual(kept);
    const sum = counts.reduce((total, [, count]) => total + count, 0);
    expect(sum / reference.total_rank).toBeCloseTo(choice.attempted_reduction, 12);
  });

  it('at every threshold of its curve', () => {
    const ours = reference.curve_threshold_vs_attempted_reduction.map(
      ([threshold]) =>
        spectra.reduce((sum, [, each]) => sum + removedRanks(each, threshold), 0) /
        reference.total_rank,
    );
    reference.curve_threshold_vs_attempted_reduction.forEach(([, share], k) =>
      expect(ours[k]).toBeCloseTo(share, 12),
    );
    expect(ours).toHaveLength(201);
  });

  it('are held against 16 matrices, 9 targets and 3 ways to a threshold', () => {
    expect([spectra.length, choices.length]).toEqual([16, 27]);
  });
});
