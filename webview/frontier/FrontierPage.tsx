import type { SizeUnit } from '../../src/core/plan/frontier.ts';
import type { FrontierReport, ReportedSeries } from '../../src/core/plan/frontierReport.ts';
import { visibleName } from '../../src/core/report/visibleName.ts';
import { ThemeChoice } from '../report/ThemeChoice.tsx';
import { download } from '../ui/download.ts';
import { t } from '../ui/localise.ts';
import { FrontierChart } from './FrontierChart.tsx';
import { lineLabel } from './lineLabel.ts';

export interface FrontierPageProps {
  readonly report: FrontierReport;
}

const UNITS: readonly SizeUnit[] = ['bytes', 'parameters'];

/** Which model, a chart for each way to count size, and what is to be known of the figures. */
export function FrontierPage({ report }: FrontierPageProps) {
  const { model, series, notes, locked } = report;
  const file = visibleName(model.file.split(/[\\/]/).at(-1) ?? model.file);
  const silent = series.filter(({ reason }) => reason !== '');
  return (
    <main class="panel frontier-page">
      <header class="panel-header">
        <h1 title={file}>{file}</h1>
        <dl class="facts">
          <Fact label={t('Bytes')} value={model.bytes} />
          <Fact label={t('Parameters')} value={model.parameters} />
          {locked > 0 && <Fact label={t('Locked weights')} value={locked} />}
        </dl>
        <ThemeChoice />
      </header>
      <div class="frontier-body">
        {UNITS.map((unit) => {
          const own = series.filter((line) => line.unit === unit && line.reason === '');
          return own.length === 0 ? null : (
            <section key={unit} aria-label={headline(unit)}>
              <h2>{headline(unit)}</h2>
              {own.some(hasPoint) ? (
                <FrontierChart series={series} unit={unit} whole={model[unit]} onSave={download} />
              ) : (
                <p class="notice">{t('No method reaches any of these sizes.')}</p>
              )}
            </section>
          );
        })}
        <section aria-label={t('Notes')}>
          <h2>{t('Notes')}</h2>
          <ul>
            {silent.map((line) => (
              <li key={lineLabel(line)}>
                {t('{0} is not drawn: {1}', lineLabel(line), visibleName(line.reason))}
              </li>
            ))}
            {notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </section>
      </div>
    </main>
  );
}

function headline(unit: SizeUnit): string {
  return unit === 'bytes' ? t('Error against size') : t('Error against values that are not zero');
}

function hasPoint({ points }: ReportedSeries): boolean {
  return points.some(({ reachable }) => reachable);
}

function Fact({ label, value }: { readonly label: string; readonly value: number }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value.toLocaleString('en')}</dd>
    </div>
  );
}
