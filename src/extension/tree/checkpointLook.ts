import type { Report } from '../../core/report/report.ts';
import type { AnalysisState } from '../analysis/analysisState.ts';
import type { StoredReport } from '../analysis/reportStore.ts';
import type { Translate } from '../analysis/translate.ts';

/** How a row of the sidebar looks; icons and colours by their names in VS Code. */
export interface Look {
  readonly icon: string;
  readonly colour?: string;
  readonly description: string;
}

export interface CheckpointLook extends Look {
  /** For the when clauses of package.json. */
  readonly context: 'checkpoint' | 'checkpoint-analyzed' | 'checkpoint-running';
  readonly hasLayers: boolean;
  readonly tooltip: string;
}

/** Findings that a person should act on. */
export function warningsOf(report: Report): number {
  return [report, ...report.layers]
    .flatMap(({ findings }) => findings)
    .filter(({ severity }) => severity !== 'info').length;
}

/** The row of a checkpoint; `folder` is where it lies, for telling files of one name apart. */
export function checkpointLook(
  state: AnalysisState,
  stored: StoredReport | undefined,
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
  const warnings = warningsOf(stored.report);
  const layers = layersText(stored.report.layers.length, t);
  const summary = warnings === 0 ? layers : `${layers}, ${warningsText(warnings, t)}`;
  if (stored.outdated)
    return row(
      'history',
      t('changed since'),
      t('The file changed after this analysis: {0}', summary),
    );
  return warnings > 0
    ? row('warning', summary, summary, 'problemsWarningIcon.foreground')
    : row('pass', summary, summary, 'testing.iconPassed');
}

function layersText(count: number, t: Translate): string {
  return count === 1 ? t('1 layer') : t('{0} layers', count);
}

export function warningsText(count: number, t: Translate): string {
  return count === 1 ? t('1 warning') : t('{0} warnings', count);
}

const RUNNING = { context: 'checkpoint-running' } as const;
