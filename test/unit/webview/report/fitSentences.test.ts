import { describe, expect, it } from 'vitest';
import type { Layer } from '../../../../src/core/report/report.ts';
import { fitSentences } from '../../../../webview/report/fitSentences.ts';
import { sampleLayer } from '../../../fixtures/sampleReport.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';

const base = sampleLayer(0, seededRandom(2));
const nothing: Layer = {
  ...base,
  compat: { alpha: null, warning: '' },
  fits: {
    ...base.fits,
    powerLaw: {
      ...base.fits.powerLaw,
      null: null,
      distancePercentile: null,
      shortTail: false,
      likelihood: { reason: '', logNormal: null, exponential: null, truncated: null },
    },
    hill: { ...base.fits.hill, null: null },
    farms: { ...base.fits.farms, null: null },
  },
};
const shuffle = { shuffles: 20, mean: 3.5, sd: 0.25, percentile: 4 };

function having(part: Partial<Layer['fits']>, compat = nothing.compat): string[] {
  return fitSentences({ ...nothing, compat, fits: { ...nothing.fits, ...part } });
}

describe('fitSentences', () => {
  it('says nothing where there is nothing to say', () => {
    expect(having({})).toEqual([]);
  });

  it('places alpha among its shuffles', () => {
    const powerLaw = { ...nothing.fits.powerLaw, alpha: 2.5, null: shuffle };
    expect(having({ powerLaw })).toEqual([
      'Alpha 2.500 stands at percentile 4.00 among 20 seeded shuffles of the same entries (mean 3.500, standard deviation 0.2500).',
    ]);
  });

  it('says how other laws fit the tail, and that it is short', () => {
    const likelihood = { reason: '', logNormal: -3.5, exponential: 12, truncated: null };
    const powerLaw = { ...nothing.fits.powerLaw, tail: 17, shortTail: true, likelihood };
    expect(having({ powerLaw })).toEqual([
      'Log-likelihood ratios of the power law over its tail: -3.500 to a log-normal law, 12.00 to an exponential one, – to a truncated power law.',
      'The tail has 17 eigenvalues: too few for alpha to be certain.',
    ]);
  });

  it('places the FARMS alpha among windows of the shuffles', () => {
    const farms = { ...nothing.fits.farms, alpha: 2.5, null: shuffle };
    expect(having({ farms })).toEqual([
      'FARMS alpha 2.500 stands at percentile 4.00 among 20 seeded shuffles of the same entries (mean 3.500, standard deviation 0.2500).',
    ]);
  });

  it('speaks of a single shuffle without a deviation', () => {
    const powerLaw = {
      ...nothing.fits.powerLaw,
      alpha: 2.5,
      null: { shuffles: 1, mean: 3.5, sd: null, percentile: 0 },
    };
    expect(having({ powerLaw })).toEqual([
      'Alpha 2.500 beside 3.500 of one seeded shuffle of the same entries.',
    ]);
  });

  it('places Hill alpha and the distance of the fit', () => {
    const powerLaw = { ...nothing.fits.powerLaw, distancePercentile: 60 };
    const hill = { ...nothing.fits.hill, alpha: 2, null: shuffle };
    expect(having({ powerLaw, hill })).toEqual([
      'Its KS distance stands at percentile 60.00 among those of the fits to the shuffles.',
      'Hill alpha 2.000 stands at percentile 4.00 among 20 seeded shuffles of the same entries (mean 3.500, standard deviation 0.2500).',
    ]);
  });

  it('says why a fit is missing', () => {
    const failed = {
      status: 'failed',
      reason: 'Only 3 eigenvalues are above the noise floor.',
    } as const;
    const powerLaw = { ...nothing.fits.powerLaw, ...failed };
    const marchenkoPastur = { ...nothing.fits.marchenkoPastur, ...failed };
    expect(having({ powerLaw, marchenkoPastur })).toEqual([
      'No power law: Only 3 eigenvalues are above the noise floor.',
      'No Marchenko-Pastur bulk: Only 3 eigenvalues are above the noise floor.',
    ]);
  });

  it.each([
    [{ alpha: 2.5, warning: '' }, 'WeightWatcher would print alpha 2.500 without a warning.'],
    [
      { alpha: 1.5, warning: 'over-trained' },
      'WeightWatcher would print alpha 1.500 and the label "over-trained".',
    ],
    [
      { alpha: null, warning: 'failed' },
      'WeightWatcher would print no alpha and the label "failed".',
    ],
  ])('gives what WeightWatcher prints: %o', (compat, sentence) => {
    expect(having({}, compat)).toEqual([sentence]);
  });
});
