import { formatFigure } from '../../src/core/report/format.ts';
import { metricById } from '../../src/core/report/metrics.ts';
import type { Report } from '../../src/core/report/report.ts';
import { ALL_ROLES } from '../../src/core/report/summary.ts';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { t } from '../ui/localise.ts';
import { visibleName } from '../../src/core/report/visibleName.ts';
import { formatCount, formatShare, formatShortCount } from '../ui/quantities.ts';
import { ThemeChoice } from './ThemeChoice.tsx';

export interface HeaderProps {
  readonly report: Report;
  readonly standalone: boolean;
  readonly onAnalyzeAgain: () => void;
  readonly onPlan: () => void;
}

interface Fact {
  readonly label: string;
  readonly value: string;
  /** In full, as the tooltip. */
  readonly detail?: string;
}

function alphaFact({ summary }: Report): Fact | undefined {
  const alpha = summary.distributions.find(
    ({ metric, role }) => metric === 'alpha' && role === ALL_ROLES,
  );
  if (!alpha || alpha.median === null) return undefined;
  const { format } = metricById('alpha');
  const text = (value: number | null): string => formatFigure(value, format);
  return {
    label: t('Alpha, median'),
    value: text(alpha.median),
    detail: t(
      'Over {0} layers: median {1}, quartiles {2} and {3}, mean weighted by parameters {4}.',
      alpha.layers,
      text(alpha.median),
      text(alpha.q1),
      text(alpha.q3),
      text(alpha.weightedMean),
    ),
  };
}

function facts(report: Report): Fact[] {
  const { model, summary, skipped } = report;
  const alpha = alphaFact(report);
  return [
    { label: t('Layers analyzed'), value: formatCount(summary.analyzed) },
    ...(summary.failed > 0 ? [{ label: t('Failed'), value: formatCount(summary.failed) }] : []),
    { label: t('Skipped'), value: formatCount(skipped.length) },
    {
      label: t('Parameters'),
      value: formatShortCount(model.parameters),
      detail: formatCount(model.parameters),
    },
    {
      label: t('Analyzed'),
      value: formatShare(summary.analyzedParameters, model.parameters),
      detail: t('{0} parameters', formatCount(summary.analyzedParameters)),
    },
    ...(alpha ? [alpha] : []),
  ];
}

/** Which model this is, and what the report amounts to. */
export function Header({ report, standalone, onAnalyzeAgain, onPlan }: HeaderProps) {
  const file = report.model.file.split(/[\\/]/).at(-1) ?? report.model.file;
  return (
    <header class="panel-header">
      <h1 title={visibleName(file)}>{visibleName(file)}</h1>
      <dl class="facts">
        {facts(report).map(({ label, value, detail }) => (
          <div key={label} {...(detail ? { title: detail } : {})}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {standalone ? (
        <ThemeChoice />
      ) : (
        <div class="header-buttons">
          <Button name={t('Plan compression')} appearance="icon" onClick={onPlan}>
            <Icon name="compress" />
          </Button>
          <Button name={t('Analyze again')} appearance="icon" onClick={onAnalyzeAgain}>
            <Icon name="refresh" />
          </Button>
        </div>
      )}
    </header>
  );
}
