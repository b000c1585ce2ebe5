import { formatFigure } from '../../src/core/report/format.ts';
import type { Layer } from '../../src/core/report/report.ts';
import { t } from '../ui/localise.ts';

type Fits = Layer['fits'];

function fixed(value: number | null): string {
  return formatFigure(value, 'fixed');
}

function place(percentile: number): string {
  return formatFigure(percentile, 'percentile');
}

function standing(name: string, value: number | null, found: Fits['powerLaw']['null']): string[] {
  if (value === null || !found) return [];
  if (found.shuffles === 1 && found.mean !== null)
    return [
      t(
        '{0} {1} beside {2} of one seeded shuffle of the same entries.',
        name,
        fixed(value),
        fixed(found.mean),
      ),
    ];
  if (found.percentile === null) return [];
  return [
    t(
      '{0} {1} stands at percentile {2} among {3} seeded shuffles of the same entries (mean {4}, standard deviation {5}).',
      name,
      fixed(value),
      place(found.percentile),
      found.shuffles,
      fixed(found.mean),
      fixed(found.sd),
    ),
  ];
}

/** How other laws fit the same tail. */
function ratioSentence({ likelihood }: Fits['powerLaw']): string[] {
  const { logNormal, exponential, truncated } = likelihood;
  if (logNormal === null && exponential === null && truncated === null) return [];
  return [
    t(
      'Log-likelihood ratios of the power law over its tail: {0} to a log-normal law, {1} to an exponential one, {2} to a truncated power law.',
      fixed(logNormal),
      fixed(exponential),
      fixed(truncated),
    ),
  ];
}

/** What WeightWatcher says of the weight; nothing where it says nothing. */
function compatSentence({ alpha, warning }: Layer['compat']): string[] {
  if (alpha === null)
    return warning === ''
      ? []
      : [t('WeightWatcher would print no alpha and the label "{0}".', warning)];
  return warning === ''
    ? [t('WeightWatcher would print alpha {0} without a warning.', fixed(alpha))]
    : [t('WeightWatcher would print alpha {0} and the label "{1}".', fixed(alpha), warning)];
}

/** What the fits amount to beside the layer's own shuffles and WeightWatcher, in whole sentences. */
export function fitSentences(layer: Layer): string[] {
  const { powerLaw, hill, farms, marchenkoPastur } = layer.fits;
  const sentences: string[] = [];
  if (powerLaw.status === 'failed' && powerLaw.reason !== '')
    sentences.push(t('No power law: {0}', powerLaw.reason));
  sentences.push(...standing(t('Alpha'), powerLaw.alpha, powerLaw.null));
  if (powerLaw.distancePercentile !== null)
    sentences.push(
      t(
        'Its KS distance stands at percentile {0} among those of the fits to the shuffles.',
        place(powerLaw.distancePercentile),
      ),
    );
  sentences.push(...ratioSentence(powerLaw));
  if (powerLaw.shortTail)
    sentences.push(
      t('The tail has {0} eigenvalues: too few for alpha to be certain.', powerLaw.tail ?? 0),
    );
  sentences.push(...standing(t('Hill alpha'), hill.alpha, hill.null));
  sentences.push(...standing(t('FARMS alpha'), farms.alpha, farms.null));
  if (marchenkoPastur.status === 'failed' && marchenkoPastur.reason !== '')
    sentences.push(t('No Marchenko-Pastur bulk: {0}', marchenkoPastur.reason));
  if (marchenkoPastur.boundary)
    sentences.push(t('The Marchenko-Pastur fit stopped at the end of its search.'));
  sentences.push(...compatSentence(layer.compat));
  return sentences;
}
