import { beforeAll, describe, expect, it } from 'vitest';
import { compareLayers } from '../../../../src/core/diagnosis/compareLayers.ts';
import type { FindingCode } from '../../../../src/core/diagnosis/finding.ts';
import type { Kernels } from '../../../../src/core/linalg/kernels.ts';
import { testKernels } from '../../../fixtures/kernels.ts';
import {
  BLOCK_FRAMES,
  comparedLayers,
  freshModel,
  trainedModel,
  FRAME_COUNT,
  withLowRank,
  withOddBlock,
  withOddScale,
  type ModelLayer,
  type Recipe,
} from '../../../fixtures/plantedModels.ts';
import { seededRandom, type SeededRandom } from '../../../fixtures/seededRandom.ts';

const MODELS = 200;
const MOST_FALSE = 0.02;
const LEAST_TRUE = 0.9;

type Plant = (model: readonly ModelLayer[], random: SeededRandom) => readonly ModelLayer[];

const PLANTED = {
  'rank-below-peers': { plant: withLowRank, frames: FRAME_COUNT },
  'scale-out-of-line': { plant: withOddScale, frames: FRAME_COUNT },
  'block-stands-out': { plant: withOddBlock, frames: BLOCK_FRAMES },
} as const satisfies Partial<Record<FindingCode, { plant: Plant; frames: number }>>;

let kernels: Kernels;
beforeAll(async () => {
  kernels = await testKernels();
});

type Build = (random: SeededRandom, recipe: Recipe) => readonly ModelLayer[];

/** Kinds of findings of each of 200 models of so many frames: what any layer has, and the model itself. */
function population(build: Build, frames = FRAME_COUNT): readonly ReadonlySet<FindingCode>[] {
  return Array.from({ length: MODELS }, (_, k) => {
    const random = seededRandom(1 + k);
    const model = build(random, { frame: k % frames, variant: Math.floor(k / frames) });
    const { ofLayers, ofModel } = compareLayers(comparedLayers(kernels, model, random));
    return new Set([...ofModel, ...[...ofLayers.values()].flat()].map(({ code }) => code));
  });
}

function rate(models: readonly ReadonlySet<FindingCode>[], code: FindingCode): number {
  return models.filter((codes) => codes.has(code)).length / models.length;
}

describe('rates of the findings across layers', () => {
  it('any fires on at most 2 % of 200 models without it and on at least 90 % of 200 with it', () => {
    const fresh: Build = (random, recipe) => freshModel(kernels, random, recipe);
    const either: Build = (random, { frame, variant }) =>
      (variant % 2 === 0 ? fresh : trainedModel)(random, { frame, variant: variant >>> 1 });
    const freshModels = population(fresh);
    const trainedModels = population(trainedModel);
    const rows = Object.entries(PLANTED).map(([name, { plant, frames }]) => {
      const code = name as FindingCode;
      const planted = population((random, recipe) => plant(either(random, recipe), random), frames);
      return {
        code,
        'wrongly, fresh models': rate(freshModels, code),
        'wrongly, trained-like models': rate(trainedModels, code),
        'fires rightly': rate(planted, code),
      };
    });
    console.table(rows);
    for (const row of rows) {
      expect(row['wrongly, fresh models'], `${row.code}, fresh`).toBeLessThanOrEqual(MOST_FALSE);
      expect(row['wrongly, trained-like models'], `${row.code}, trained`).toBeLessThanOrEqual(
        MOST_FALSE,
      );
      expect(row['fires rightly'], row.code).toBeGreaterThanOrEqual(LEAST_TRUE);
    }
  }, 120_000);
});
