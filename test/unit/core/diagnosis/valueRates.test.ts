import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../../src/core/diagnosis/diagnose.ts';
import {
  duplicateWeights,
  type StoredValues,
} from '../../../../src/core/diagnosis/duplicateWeights.ts';
import { entryFigures } from '../../../../src/core/diagnosis/entries/entryFigures.ts';
import type { FindingCode } from '../../../../src/core/diagnosis/finding.ts';
import { emptyFigures } from '../../../../src/core/spectrum/emptyFigures.ts';
import {
  DTYPES,
  heavyTail,
  heavyTailedEntries,
  INITIALISERS,
  rankCollapse,
  SHAPES,
  stored,
  type PlantedLayer,
  type Planting,
} from '../../../fixtures/plantedLayers.ts';
import {
  deadColumns,
  deadRows,
  duplicateColumns,
  duplicateRows,
  transposed,
} from '../../../fixtures/plantedLines.ts';
import { fixedTransforms, nearTransforms } from '../../../fixtures/plantedTransforms.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';

const LAYERS = 200;
const MOST_FALSE = 0.02;
const LEAST_TRUE = 0.9;

const initialisers = Object.values(INITIALISERS);
const fresh: Planting = (shape, random, variant) =>
  initialisers[variant % initialisers.length]!(shape, random, variant);

const planted = {
  'dead-rows': deadRows,
  'dead-columns': deadColumns,
  'duplicate-rows': duplicateRows,
  'duplicate-columns': duplicateColumns,
  'fixed-transform': fixedTransforms,
} as const;

/** What is said of a layer's values; its spectrum is not needed for that. */
function codesOf({ rows, cols, dtype, values }: PlantedLayer): readonly FindingCode[] {
  const entries = entryFigures({ rows, cols, data: values }, dtype);
  return diagnose({
    name: 'layer',
    mode: 'robust',
    rows,
    cols,
    dtype,
    figures: emptyFigures(''),
    entries: { figures: entries, role: 'linear', orientation: 'in-out', kernelPositions: 1 },
  }).map(({ code }) => code);
}

/** 200 layers: ten shapes, twenty variants of each. */
function population<T>(
  of: (layer: PlantedLayer, k: number) => T,
  plant: Planting,
  layers = LAYERS,
): readonly T[] {
  return Array.from({ length: layers }, (_, k) => {
    const variant = Math.floor(k / SHAPES.length);
    return of(plant(SHAPES[k % SHAPES.length]!, seededRandom(1 + k), variant), k);
  });
}

function rate(layers: readonly (readonly FindingCode[])[], code: FindingCode): number {
  return layers.filter((codes) => codes.includes(code)).length / layers.length;
}

function storedValues(layer: PlantedLayer, name: string): StoredValues {
  const { rows, cols, dtype, values } = layer;
  const hash = createHash('sha256').update(values).digest('hex');
  const { sketch } = entryFigures({ rows, cols, data: values }, dtype);
  return { name, place: name, bytes: values.length, matrices: [{ rows, cols, hash, sketch }] };
}

/** The same values, the same in another type, transposed, or a copy that was rounded on its own. */
function copied(layer: PlantedLayer, k: number): PlantedLayer {
  const { rows, cols, values } = layer;
  switch (k % 4) {
    case 0:
      return layer;
    case 1:
      return stored(rows, cols, values, DTYPES[1 + (k % 8 > 3 ? 1 : 0)]!);
    case 2:
      return transposed(layer);
    default:
      return transposed(stored(rows, cols, values, 'bfloat16'));
  }
}

describe('rates of the findings that rest on values', () => {
  it('each fires on at most 2 % of 200 fresh layers and on at least 90 % of 200 planted ones', () => {
    const plain = population(codesOf, fresh);
    const others = [heavyTail, rankCollapse, heavyTailedEntries].flatMap((plant) =>
      population(codesOf, plant, 30),
    );
    const nearTransform = population(codesOf, nearTransforms);
    const rows = Object.entries(planted).map(([code, plant]) => ({
      code,
      'fires wrongly': rate(plain, code as FindingCode),
      'on other defects': rate(
        code === 'fixed-transform' ? [...others, ...nearTransform] : others,
        code as FindingCode,
      ),
      'fires rightly': rate(population(codesOf, plant), code as FindingCode),
    }));
    const pool = population((layer, k) => storedValues(layer, `fresh ${k}`), fresh);
    const pairs = population((layer, k) => [layer, copied(layer, k)] as const, fresh);
    const all = [
      ...rows,
      {
        code: 'duplicate-weights',
        'fires wrongly': Number(duplicateWeights(pool)[0]?.evidence['copies'] ?? 0) / LAYERS,
        'on other defects': 0,
        'fires rightly':
          pairs.filter(
            ([a, b]) => duplicateWeights([storedValues(a, 'a'), storedValues(b, 'b')]).length > 0,
          ).length / LAYERS,
      },
    ];
    console.table(all);
    for (const row of all) {
      expect(row['fires wrongly'], `${row.code} on fresh layers`).toBeLessThanOrEqual(MOST_FALSE);
      expect(row['on other defects'], `${row.code} on others`).toBeLessThanOrEqual(MOST_FALSE);
      expect(row['fires rightly'], `${row.code} on planted ones`).toBeGreaterThanOrEqual(
        LEAST_TRUE,
      );
    }
  }, 300_000);
});
