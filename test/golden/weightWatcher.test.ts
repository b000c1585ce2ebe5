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

/** The column of the reference and the same figure of ours. */
const FIGURES: readonly (readonly [string, (layer: Layer) => number | null])[] = [
  ['alpha', (layer) => layer.fits.powerLaw.alpha],
  ['D', (layer) => layer.fits.powerLaw.D],
  ['xmin', (layer) => layer.fits.powerLaw.xmin],
  ['xmax', (layer) => layer.fits.powerLaw.xmax],
  ['sigma', (layer) => layer.fits.powerLaw.sigma],
  ['num_pl_spikes', (layer) => layer.fits.powerLaw.tail],
  ['num_evals', (layer) => layer.metrics.numEvals],
  ['sv_max', (layer) => layer.metrics.svMax],
  ['sv_min', (layer) => layer.metrics.svMin],
  ['norm', (layer) => layer.metrics.norm],
  ['log_norm', (layer) => layer.metrics.logNorm],
  ['spectral_norm', (layer) => layer.metrics.spectralNorm],
  ['log_spectral_norm', (layer) => layer.metrics.logSpectralNorm],
  ['stable_rank', (layer) => layer.metrics.stableRank],
  ['matrix_rank', (layer) => layer.metrics.matrixRank],
  ['rank_loss', (layer) => layer.metrics.rankLoss],
  ['weak_rank_loss', (layer) => layer.metrics.weakRankLoss],
  ['entropy', (layer) => layer.metrics.entropy],
  ['alpha_weighted', (layer) => layer.metrics.alphaWeighted],
  ['log_alpha_norm', (layer) => layer.metrics.logAlphaNorm],
];

/** Figures that rest on singular values below 1e-7 of the largest, which no two solvers have in common. */
const EXCEPTIONS = new Set(
  ['m09_rank40_256x1000', 'm10_zeros_128x512'].flatMap((name) => [
    `${name} sv_min`,
    `${name} detX_val`,
  ]),
);

const TOLERANCE = 1e-9;
const MP_TOLERANCE = 1e-6;

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
      const differences = FIGURES.filter(([column]) => !EXCEPTIONS.has(`${name} ${column}`))
        .map(([column, of]) => difference(column, of(layer), reference[column]!, TOLERANCE))
        .filter((each) => each !== '');
      expect(differences).toEqual([]);
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
    const { metrics } = layers.get(name)!;
    const differences = [
      difference('detX_num', metrics.detXNum, reference['detX_num']!, 0),
      EXCEPTIONS.has(`${name} detX_val`)
        ? ''
        : difference('detX_val', metrics.detXVal, reference['detX_val']!, TOLERANCE),
    ];
    expect(differences.filter((each) => each !== '')).toEqual([]);
  });
});

describe('the Marchenko-Pastur fit of run C', () => {
  it.each(runC)('%s', (name, reference) => {
    const fit = layers.get(name)!.fits.marchenkoPastur;
    const differences = [
      difference('sigma_mp', fit.sigma, reference['sigma_mp']!, MP_TOLERANCE),
      difference('mp_softrank', fit.softRank, reference['mp_softrank']!, MP_TOLERANCE),
      difference('bulk_max', fit.bulkMax, reference['bulk_max']!, MP_TOLERANCE),
      difference('bulk_min', fit.bulkMin, reference['bulk_min']!, MP_TOLERANCE),
      difference('num_spikes', fit.spikes, reference['num_spikes']!, 0),
    ];
    expect(differences.filter((each) => each !== '')).toEqual([]);
    // 0.05 squared: the lower end of the reference's search grid.
    expect(fit.boundary).toBe(Math.abs(Number(reference['mp_softrank']) - 0.0025) < 1e-9);
  });
});
