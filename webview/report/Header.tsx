import { formatFigure } from '../../src/core/report/format.ts';
import { metricById } from '../../src/core/report/metrics.ts';
import type { Report } from '../../src/core/report/report.ts';
import { ALL_ROLES } from '../../src/core/report/summary.ts';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { t } from '../ui/localise.ts';
import { visibleName } from '../ui/visibleName.ts';
import { formatBytes, formatCount, formatShare, formatShortCount } from './quantities.ts';
import { ThemeChoice } from './ThemeChoice.tsx';

export interface HeaderProps {
  readonly report: Report;
  readonly standalone: boolean;
  readonly onAnalyzeAgain: () => void;
}

interface Fact {
  readonly label: string;
  readonly value: string;
  /** In full, as the tooltip. */
  readonly detail?: string;
}

/** `opset 17`, or each domain with its version where there are several. */
function opsetText(opset: Report['model']['opset']): string {
  const domains = Object.entries(opset);
  if (domains.length === 0) return '';
  const named = domains.map(([domain, version]) =>
    domain === '' || domain === 'ai.onnx' ? String(version) : `${domain} ${version}`,
  );
  return t('opset {0}', named.join(', '));
}

function modelLine({ model }: Report): string {
  return [
    model.format.toUpperCase(),
    t('IR {0}', model.irVersion),
    opsetText(model.opset),
    model.producer,
    formatBytes(model.bytes),
  ]
    .filter((part) => part !== '')
    .join(' · ');
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
  const { model, summary, skipped, compute } = report;
  const alpha = alphaFact(report);
  return [
    { label: t('Layers analysed'), value: formatCount(summary.analysed) },
    ...(summary.failed > 0 ? [{ label: t('Failed'), value: formatCount(summary.failed) }] : []),
    { label: t('Skipped'), value: formatCount(skipped.length) },
    {
      label: t('Parameters'),
      value: formatShortCount(model.parameters),
      detail: formatCount(model.parameters),
    },
    {
      label: t('Analysed'),
      value: formatShare(summary.analysedParameters, model.parameters),
      detail: t('{0} parameters', formatCount(summary.analysedParameters)),
    },
    ...(alpha ? [alpha] : []),
    {
      label: t('Time'),
      value: t('{0} s', formatFigure(compute.seconds, 'fixed')),
      detail: t(
        '{0}, {1} workers, {2} layers from the cache',
        compute.backend,
        compute.workers,
        compute.cached,
      ),
    },
  ];
}

/** Which model this is, and what the report amounts to, on two lines. */
export function Header({ report, standalone, onAnalyzeAgain }: HeaderProps) {
  const { settings } = report;
  const file = report.model.file.split(/[\\/]/).at(-1) ?? report.model.file;
  return (
    <header class="panel-header">
      <div class="title-line">
        <h1 title={visibleName(file)}>{visibleName(file)}</h1>
        {standalone ? (
          <ThemeChoice />
        ) : (
          <Button name={t('Analyze again')} appearance="icon" onClick={onAnalyzeAgain}>
            <Icon name="refresh" />
          </Button>
        )}
      </div>
      <p class="model-line">
        {modelLine(report)} ·{' '}
        {settings.mode === 'robust' ? t('robust mode') : t('WeightWatcher mode')} · float64
      </p>
      <dl class="facts">
        {facts(report).map(({ label, value, detail }) => (
          <div key={label} {...(detail ? { title: detail } : {})}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </header>
  );
}
