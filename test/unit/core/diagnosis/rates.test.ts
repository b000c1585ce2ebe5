import { beforeAll, describe, expect, it } from 'vitest';
import { nonFinite } from '../../../../src/core/checkpoint/nonFinite.ts';
import { roundingVariance } from '../../../../src/core/checkpoint/rounding.ts';
import type { Kernels } from '../../../../src/core/linalg/kernels.ts';
import { singularValues } from '../../../../src/core/linalg/singularValues.ts';
import { diagnose } from '../../../../src/core/diagnosis/diagnose.ts';
import type { FindingCode } from '../../../../src/core/diagnosis/finding.ts';
import { entryProfile } from '../../../../src/core/spectrum/entryProfile.ts';
import { shuffleCount, shuffledEntries } from '../../../../src/core/spectrum/shuffles.ts';
import { spectralFigures } from '../../../../src/core/spectrum/spectralFigures.ts';
import { testKernels } from '../../../fixtures/kernels.ts';
import {
  anisotropic,
  heavyTail,
  heavyTailedEntries,
  INITIALISERS,
  lightTail,
  nearlyOrthogonal,
  nonFiniteEntries,
  nothingToFit,
  outlierTrap,
  rankCollapse,
  SHAPES,
  type PlantedLayer,
} from '../../../fixtures/plantedLayers.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';

const LAYERS = 200;
const MOST_FALSE = 0.02;
const LEAST_TRUE = 0.9;

let kernels: Kernels;
beforeAll(async () => {
  kernels = await testKernels();
});

/** The findings of a layer by the way the engine takes: the same shuffles, solver, figures. */
function findingsOf({ rows, cols, dtype, values }: PlantedLayer): readonly FindingCode[] {
  const about = { name: 'layer', mode: 'robust', rows, cols, dtype } as const;
  const found = nonFinite(values);
  if (found) return codesOf({ ...about, nonFinite: { ...found, elements: values.length } });
  const solve = (data: Float64Array): Float64Array => singularValues({ rows, cols, data }, kernels);
  const shuffles = Array.from({ length: shuffleCount(Math.min(rows, cols)) }, (_, k) =>
    solve(shuffledEntries(values, 1 + k)),
  );
  const figures = spectralFigures(
    {
      rows,
      cols,
      slices: 1,
      singularValues: solve(values),
      shuffles,
      roundingVariance: roundingVariance(values, dtype),
      entries: entryProfile(values),
    },
    'robust',
  );
  return codesOf({ ...about, figures });
}

function codesOf(input: Parameters<typeof diagnose>[0]): readonly FindingCode[] {
  return diagnose(input).map((finding) => finding.code);
}

/** Findings of 200 layers: ten shapes, twenty variants of each. */
function population(
  plant: (shape: (typeof SHAPES)[number], seed: number, variant: number) => PlantedLayer,
): readonly (readonly FindingCode[])[] {
  return Array.from({ length: LAYERS }, (_, k) => {
    const shape = SHAPES[k % SHAPES.length]!;
    return findingsOf(plant(shape, 1 + k, Math.floor(k / SHAPES.length)));
  });
}

function rate(layers: readonly (readonly FindingCode[])[], code: FindingCode): number {
  return layers.filter((codes) => codes.includes(code)).length / layers.length;
}

const initialisers = Object.values(INITIALISERS);
const planted = {
  'heavy-tail': heavyTail,
  'rank-collapse': rankCollapse,
  'heavy-tailed-entries': heavyTailedEntries,
  'fit-failed': nothingToFit,
  'fit-untrustworthy': nearlyOrthogonal,
  'non-finite': nonFiniteEntries,
  'light-tail': lightTail,
  'outlier-trap': outlierTrap,
  anisotropic,
} as const;

/** Defects whose layers are not random, whatever else is. */
const STRUCTURED: readonly FindingCode[] = [
  'heavy-tail',
  'rank-collapse',
  'fit-untrustworthy',
  'light-tail',
];

describe('rates of the findings', () => {
  it('each fires on at most 2 % of 200 fresh layers and on at least 90 % of 200 planted ones', () => {
    const fresh = population((shape, seed, variant) =>
      initialisers[variant % initialisers.length]!(shape, seededRandom(seed), variant),
    );
    const defects = Object.entries(planted).map(([code, plant]) => ({
      code: code as FindingCode,
      layers: population((shape, seed, variant) => plant(shape, seededRandom(seed), variant)),
    }));
    const rows = [
      ...defects.map(({ code, layers }) => ({
        code,
        'fires wrongly': rate(fresh, code),
        'fires rightly': rate(layers, code),
      })),
      // Fresh layers are what it is there to find; layers with structure are what it must not fire on.
      {
        code: 'random-like' as const,
        'fires wrongly': rate(
          defects.filter(({ code }) => STRUCTURED.includes(code)).flatMap(({ layers }) => layers),
          'random-like',
        ),
        'fires rightly': rate(fresh, 'random-like'),
      },
    ];
    console.table(rows);
    for (const row of rows) {
      expect(row['fires wrongly'], `${row.code} on layers without it`).toBeLessThanOrEqual(
        MOST_FALSE,
      );
      expect(row['fires rightly'], `${row.code} on layers with it`).toBeGreaterThanOrEqual(
        LEAST_TRUE,
      );
    }
  }, 600_000);
});
