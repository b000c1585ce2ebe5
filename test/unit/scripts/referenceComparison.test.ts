import { expect, test } from 'vitest';
import type { Layer } from '../../../src/core/report/report.ts';
import { sampleLayer } from '../../fixtures/sampleReport.ts';
import { seededRandom } from '../../fixtures/seededRandom.ts';

type Row = Readonly<Record<string, number | string | null>>;

interface FigureComparison {
  readonly column: string;
  readonly compared: number;
  readonly without: number;
  readonly medianRelative: number;
  readonly maxRelative: number;
  readonly beyond: readonly { readonly tensor: string; readonly why: string }[];
}

interface ReferenceComparison {
  readonly compareWithReference: (
    rows: readonly Row[],
    layers: readonly Layer[],
    numpy: string,
  ) => {
    readonly layers: number;
    readonly onlyReference: readonly string[];
    readonly onlyOurs: readonly string[];
    readonly figures: readonly FigureComparison[];
  };
}

const { compareWithReference } = (await import(
  new URL('../../../scripts/referenceComparison.mjs', import.meta.url).href
)) as ReferenceComparison;

const random = seededRandom(5);

/** A layer of which only alpha and the singular values that reasons look at count here. */
function layerOf(tensor: string, alpha: number | null, changes: Partial<Layer> = {}): Layer {
  const base = sampleLayer(0, random);
  const metrics = { ...base.metrics, svMax: 1, svMin: 0.1 };
  const powerLaw = { ...base.fits.powerLaw, alpha };
  return { ...base, tensor, view: 'matrix', metrics, fits: { ...base.fits, powerLaw }, ...changes };
}

function figure(column: string, rows: readonly Row[], layers: readonly Layer[], numpy = '1.26.4') {
  const found = compareWithReference(rows, layers, numpy);
  return found.figures.find((each) => each.column === column)!;
}

test('layers are paired by tensor, and what one of them lacks is named', () => {
  const { layers, onlyReference, onlyOurs } = compareWithReference(
    [{ longname: 'a' }, { longname: 'b' }],
    [layerOf('b', 2), layerOf('c', 2)],
    '1.26.4',
  );
  expect([layers, onlyReference, onlyOurs]).toEqual([1, ['a'], ['c']]);
});

test('a failed fit of -1 is no figure, and differences are relative to the larger', () => {
  const found = figure(
    'alpha',
    [
      { longname: 'a', status: 'success', alpha: 4 },
      { longname: 'b', status: 'success', alpha: 3 },
      { longname: 'c', status: 'failed', alpha: -1 },
      { longname: 'd', status: 'failed', alpha: -1 },
    ],
    [layerOf('a', 3), layerOf('b', 3), layerOf('c', null), layerOf('d', 2)],
  );
  expect(found).toMatchObject({
    compared: 2,
    without: 1,
    medianRelative: 0.125,
    maxRelative: 0.25,
    beyond: [
      { tensor: 'a', why: 'unexplained' },
      { tensor: 'd', why: 'only one of them has it' },
    ],
  });
});

test('the scale of kernels explains what float32 rounding can change, with NumPy 2 only', () => {
  const rows = [{ longname: 'a', alpha: 3 + 1e-7 }];
  const layers = [layerOf('a', 3, { view: 'slices' })];
  const why = (numpy: string) =>
    figure('alpha', rows, layers, numpy).beyond.map((each) => each.why);
  expect(why('1.26.4')).toEqual(['unexplained']);
  expect(why('2.4.6')).toEqual([expect.stringMatching(/^a kernel times the root of 1\/2/)]);
  expect(
    figure('alpha', [{ longname: 'a', alpha: 3.1 }], layers, '2.4.6').beyond.map(({ why }) => why),
  ).toEqual(['unexplained']);
});

test('figures of singular values within rounding are told apart', () => {
  const layer = layerOf('a', 3);
  const lost = { ...layer, metrics: { ...layer.metrics, svMin: 1e-12 } };
  const rows = [{ longname: 'a', sv_min: 2e-12 }];
  expect(figure('sv_min', rows, [lost]).beyond.map(({ why }) => why)).toEqual([
    expect.stringMatching(/^rests on singular values below 1e-7/),
  ]);
});
