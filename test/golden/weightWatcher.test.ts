import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Layer } from '../../src/core/report/report.ts';
import { tempFolder } from '../fixtures/tempFolder.ts';
import { analyzeRequest, testEngine } from '../fixtures/testEngine.ts';
import {
  byTensor,
  difference,
  goldenJson,
  writeGoldenModel,
  type ReferenceFigure,
} from './goldenModel.ts';

type ReferenceLayer = Readonly<Record<string, ReferenceFigure>> & { readonly name: string };
type Runs = Readonly<Record<string, { readonly layers: readonly ReferenceLayer[] }>>;

/** A column of the reference and the same figure of ours. */
type Column = readonly [string, (layer: Layer) => number | null];

const { DEFAULT_COLUMNS, DETX_COLUMNS, MARCHENKO_PASTUR_COLUMNS } = (await import(
  new URL('../../scripts/weightWatcherColumns.mjs', import.meta.url).href
)) as Readonly<
  Record<'DEFAULT_COLUMNS' | 'DETX_COLUMNS' | 'MARCHENKO_PASTUR_COLUMNS', readonly Column[]>
>;

/** Figures that rest on singular values below 1e-7 of the largest, which no two solvers have in common. */
const EXCEPTIONS = new Set(
  ['m09_rank40_256x1000', 'm10_zeros_128x512'].flatMap((name) => [
    `${name} sv_min`,
    `${name} detX_val`,
  ]),
);

const TOLERANCE = 1e-9;
const MP_TOLERANCE = 1e-6;

/** A whole number within a tolerance of another is that number. */
function differences(
  columns: readonly Column[],
  layer: Layer,
  reference: ReferenceLayer,
  tolerance: number,
): readonly string[] {
  return columns
    .map(([column, of]) => difference(column, of(layer), reference[column]!, tolerance))
    .filter((each) => each !== '');
}

const folder = tempFolder();
const runs = goldenJson('weightwatcher.json') as Runs;
const runC = runs['C_mpfit_random_detX']!.layers.map(
  (reference) => [reference.name, reference] as const,
);
const engine = testEngine('', 2);
afterAll(() => engine.dispose());

let layers: ReadonlyMap<string, Layer>;
beforeAll(async () => {
  const file = writeGoldenModel(folder);
  const request = analyzeRequest(file, { mode: 'compat', minEigenvalues: 1 });
  layers = byTensor((await engine.analyze(request)).layers);
}, 120_000);

describe('WeightWatcher 0.7.5.5, run A (defaults), from an ONNX file', () => {
  it.each(runs['A_default']!.layers.map((reference) => [reference.name, reference] as const))(
    '%s',
    (name, reference) => {
      const layer = layers.get(name)!;
      const columns = DEFAULT_COLUMNS.filter(([column]) => !EXCEPTIONS.has(`${name} ${column}`));
      expect(differences(columns, layer, reference, TOLERANCE)).toEqual([]);
      expect(layer.compat.warning).toBe(reference['warning']);
      expect(layer.fits.powerLaw.status).toBe(reference['status'] === 'success' ? 'ok' : 'failed');
    },
  );

  it('holds every matrix of the golden set but those the size filter of the defaults leaves out', () => {
    const names = runs['A_default']!.layers.map((reference) => reference.name);
    const small = [...layers.keys()].filter((name) => !names.includes(name));
    expect(small).toEqual(['m12_tiny_4x4', 'm19_gauss_9x50']);
  });
});

describe('the detX tail of run C', () => {
  it.each(runC)('%s', (name, reference) => {
    const columns = DETX_COLUMNS.filter(([column]) => !EXCEPTIONS.has(`${name} ${column}`));
    expect(differences(columns, layers.get(name)!, reference, TOLERANCE)).toEqual([]);
  });
});

describe('the Marchenko-Pastur fit of run C', () => {
  it.each(runC)('%s', (name, reference) => {
    const layer = layers.get(name)!;
    const { boundary } = layer.fits.marchenkoPastur;
    expect(differences(MARCHENKO_PASTUR_COLUMNS, layer, reference, MP_TOLERANCE)).toEqual([]);
    // 0.05 squared: the lower end of the reference's search grid.
    expect(boundary).toBe(Math.abs(Number(reference['mp_softrank']) - 0.0025) < 1e-9);
  });
});
