import type { Report, ReportFinding } from '../../core/report/report.ts';
import type { AnalysisState } from '../analysis/analysisState.ts';
import type { StoredReport } from '../analysis/reportStore.ts';
import type { Translate } from '../analysis/translate.ts';

/** How a row of the sidebar looks; icons and colours by their names in VS Code. */
export interface Look {
  readonly icon: string;
  readonly colour?: string;
  readonly description: string;
  /** At most two characters at the right end of the row, where a narrow sidebar cuts nothing off. */
  readonly badge?: string;
  /** Whether the row stands back. */
  readonly faded?: boolean;
}

export interface CheckpointLook extends Look {
  /** For the when clauses of package.json. */
  readonly context: 'checkpoint' | 'checkpoint-analyzed' | 'checkpoint-running';
  readonly hasLayers: boolean;
  readonly tooltip: string;
}

/** Accepted findings, each with the reason. */
export type Accepted = ReadonlyMap<ReportFinding, string>;

/** Findings that a person should act on. */
export interface Problems {
  readonly errors: number;
  readonly warnings: number;
}

/** Those of a model and its layers that are not accepted. */
export function problemsOf(report: Report, accepted: Accepted): Problems {
  const severities = [report, ...report.layers]
    .flatMap(({ findings }) => findings)
    .filter((finding) => !accepted.has(finding))
    .map(({ severity }) => severity);
  return {
    errors: severities.filter((severity) => severity === 'error').length,
    warnings: severities.filter((severity) => severity === 'warning').length,
  };
}

/** Such as `1 error, 3 warnings`; empty where there are none. */
export function problemsText({ errors, warnings }: Problems, t: Translate): string {
  const parts = [
    ...(errors === 0 ? [] : [errors === 1 ? t('1 error') : t('{0} errors', errors)]),
    ...(warnings === 0 ? [] : [warnings === 1 ? t('1 warning') : t('{0} warnings', warnings)]),
  ];
  return parts.join(', ');
}

/** A count as a badge, which has room for two characters. */
function badgeOf({ errors, warnings }: Problems): string {
  const count = errors + warnings;
  return count > 99 ? '99' : String(count);
}

/** The row of a checkpoint; `folder` is where it lies, for telling files of one name apart. */
export function checkpointLook(
  state: AnalysisState,
  stored: StoredReport | undefined,
  accepted: Accepted,
  folder: string,
  t: Translate,
): CheckpointLook {
  const report = stored?.report;
  const hasLayers = report !== undefined && report.layers.length > 0;
  const context = report === undefined ? 'checkpoint' : 'checkpoint-analyzed';
  const row = (icon: string, said: string, tooltip: string, colour?: string): CheckpointLook => ({
    icon,
    ...(colour === undefined ? {} : { colour }),
    // A row is narrow and files of one name differ by their folder; what goes on now comes before both.
    description: (state.kind === 'idle' ? [folder, said] : [said, folder])
      .filter((part) => part !== '')
      .join(' · '),
    context,
    hasLayers,
    tooltip,
  });
  switch (state.kind) {
    case 'queued':
      return { ...row('clock', t('waiting'), t('Waiting for another analysis')), ...RUNNING };
    case 'running':
      return {
        ...row('loading~spin', t('{0} %', state.percent), t('Being analyzed')),
        ...RUNNING,
      };
    case 'failed':
      return row('error', t('failed'), state.message, 'problemsErrorIcon.foreground');
    case 'idle':
      break;
  }
  if (!stored) return row('file-binary', t('not analyzed'), t('Not analyzed yet'));
  const { layers } = stored.report;
  const problems = problemsOf(stored.report, accepted);
  const count = layers.length === 1 ? t('1 layer') : t('{0} layers', layers.length);
  const found = problemsText(problems, t);
  const summary = found === '' ? count : `${count}, ${found}`;
  if (stored.outdated)
    return row(
      'history',
      t('changed since'),
      t('The file changed after this analysis: {0}', summary),
    );
  if (layers.length === 0) return row('info', t('no weights'), t('No weights to analyze'));
  const badge = badgeOf(problems);
  if (problems.errors > 0)
    return { ...row('error', found, summary, 'problemsErrorIcon.foreground'), badge };
  if (problems.warnings > 0)
    return { ...row('warning', found, summary, 'problemsWarningIcon.foreground'), badge };
  return row('pass', summary, summary, 'testing.iconPassed');
}

const RUNNING = { context: 'checkpoint-running' } as const;
