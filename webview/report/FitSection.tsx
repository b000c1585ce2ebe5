import { useMemo } from 'preact/hooks';
import type { Layer } from '../../src/core/report/report.ts';
import { UNCERTAINTY_NOTE } from '../../src/core/report/uncertaintyMetrics.ts';
import { visibleName } from '../../src/core/report/visibleName.ts';
import { Chart } from '../ui/Chart.tsx';
import { t } from '../ui/localise.ts';
import { estimatorChart } from './estimatorChart.ts';
import { fitSentences } from './fitSentences.ts';
import { tailChart } from './tailChart.ts';

export interface FitSectionProps {
  readonly layer: Layer;
  readonly onSave: (name: string, text: string) => void;
}

/** What the fits amount to: whole sentences, the estimates beside one another, the fit at other beginnings of the tail. */
export function FitSection({ layer, onSave }: FitSectionProps) {
  const sentences = useMemo(() => fitSentences(layer), [layer]);
  const estimates = useMemo(() => estimatorChart(layer), [layer]);
  const tail = useMemo(() => tailChart(layer), [layer]);
  return (
    <section aria-label={t('Fit diagnostics')}>
      {sentences.length > 0 && (
        <ul class="sentences" aria-label={t('About the fits')}>
          {sentences.map((sentence) => (
            <li key={sentence}>{visibleName(sentence)}</li>
          ))}
        </ul>
      )}
      {estimates && (
        <>
          <h3 class="chart-title">{t('Estimates of alpha')}</h3>
          <div class="estimates">
            <Chart spec={estimates} onSave={onSave} />
          </div>
          <p class="footnote-line muted">{t(UNCERTAINTY_NOTE)}</p>
        </>
      )}
      {tail && (
        <>
          <h3 class="chart-title">{t('Fit against the beginning of the tail')}</h3>
          <div class="tail">
            <Chart spec={tail} onSave={onSave} />
          </div>
        </>
      )}
    </section>
  );
}
