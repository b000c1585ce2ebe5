import { formatFigure } from '../../src/core/report/format.ts';
import { metricById } from '../../src/core/report/metrics.ts';
import type { Report } from '../../src/core/report/report.ts';
import { ALL_ROLES } from '../../src/core/report/summary.ts';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { t } from '../ui/localise.ts';
import { visibleName } from '../../src/core/report/visibleName.ts';
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

function computeText({ seconds, backend, workers }: Report['compute']): string {
  const time = seconds < 10 ? seconds.toFixed(1) : seconds.toFixed(0);
  return workers === 1
    ? t('{0} s ({1}, 1 worker)', time, backend)
    : t('{0} s ({1}, {2} workers)', time, backend, workers);
}

function modelLine({ model, settings, compute }: Report): string {
  return [
    model.format.toUpperCase(),
    t('IR {0}', model.irVersion),
    opsetText(model.opset),
    visibleName(model.producer),
    formatBytes(model.bytes),
    settings.mode === 'robust' ? t('robust mode') : t('WeightWatcher mode'),
    computeText(compute),
    compute.cached > 0 ? t('{0} from the cache', compute.cached) : '',
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

/** Which model this is, how it was analyzed, and what the report amounts to. */
export function Header({ report, standalone, onAnalyzeAgain }: HeaderProps) {
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
      <p class="model-line">{modelLine(report)}</p>
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
