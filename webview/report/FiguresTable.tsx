import { formatMetric, METRICS, type Trust } from '../../src/core/report/metrics.ts';
import type { Layer } from '../../src/core/report/report.ts';
import { Checkbox } from '../ui/Checkbox.tsx';
import { t } from '../ui/localise.ts';

export interface FiguresTableProps {
  readonly layer: Layer;
  readonly explain: boolean;
  readonly onExplain: (explain: boolean) => void;
}

function trustLabel(trust: Trust): string {
  switch (trust) {
    case 'exact':
      return t('exact');
    case 'estimate':
      return t('estimate');
    case 'comparison':
      return t('for comparison');
  }
}

function trustMeaning(trust: Trust): string {
  switch (trust) {
    case 'exact':
      return t('Computed from the spectrum without a choice of model.');
    case 'estimate':
      return t('Rests on an estimate or on random shuffles.');
    case 'comparison':
      return t('Compare it between layers or models; alone it is no verdict.');
  }
}

/** Every figure of the catalogue for one layer: value, trust and, where wanted, meaning and source. */
export function FiguresTable({ layer, explain, onExplain }: FiguresTableProps) {
  return (
    <section aria-label={t('Figures')}>
      <div class="section-line">
        <h3>{t('Figures')}</h3>
        <Checkbox name={t('Explain')} checked={explain} onChange={onExplain} />
      </div>
      <table class="plain-table figures">
        <thead>
          <tr>
            <th scope="col">{t('Figure')}</th>
            <th scope="col">{t('Value')}</th>
            <th scope="col">{t('Trust')}</th>
          </tr>
        </thead>
        <tbody>
          {METRICS.map((metric) => (
            <tr key={metric.id}>
              <th scope="row">
                {t(metric.label)}
                {explain && (
                  <span class="meaning">
                    {t(metric.meaning)}{' '}
                    <span class="source">
                      {t('Range: {0}. Source: {1}.', t(metric.range), metric.source)}
                    </span>
                  </span>
                )}
              </th>
              <td>
                {formatMetric(metric, layer)}
                {metric.unit !== '' && <span class="unit">{t(metric.unit)}</span>}
              </td>
              <td class="trust" title={trustMeaning(metric.trust)}>
                {trustLabel(metric.trust)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
