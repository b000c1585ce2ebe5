import * as vscode from 'vscode';
import type { AnalyzeProgress } from '../../engine/engineApi.ts';
import type { CommandId } from '../commandIds.ts';
import { plainMessage } from '../plainMessage.ts';
import { percentDone, progressLine } from './progressText.ts';

const CANCEL: CommandId = 'eigenscope.cancel';

/**
 * Runs the task under a notification that can be cancelled and a status bar item, both fed by its
 * progress. The status bar item stays when the notification has been put away.
 */
export async function withAnalysisProgress<T>(
  name: string,
  abort: AbortController,
  task: (onProgress: (progress: AnalyzeProgress) => void) => Promise<T>,
): Promise<T> {
  const { t } = vscode.l10n;
  const title = plainMessage(t('Analyzing {0}', name));
  const status = vscode.window.createStatusBarItem(CANCEL, vscode.StatusBarAlignment.Left);
  status.name = t('Eigenscope analysis');
  status.command = CANCEL;
  const inStatusBar = (percent: number, line: string): void => {
    status.text = `$(loading~spin) Eigenscope ${t('{0} %', percent)}`;
    status.tooltip = [title, line, t('Click to cancel. Finished layers are kept.')]
      .filter((part) => part !== '')
      .join('\n');
    status.accessibilityInformation = { label: `${title}. ${line}`, role: 'button' };
  };
  inStatusBar(0, '');
  status.show();
  try {
    return await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title, cancellable: true },
      async (notification, token) => {
        token.onCancellationRequested(() => abort.abort());
        notification.report({ message: t('reading the file') });
        let shown = 0;
        return task((progress) => {
          const percent = percentDone(progress);
          const line = plainMessage(progressLine(progress, t));
          notification.report({ message: line, increment: Math.max(0, percent - shown) });
          shown = Math.max(shown, percent);
          inStatusBar(percent, line);
        });
      },
    );
  } finally {
    status.dispose();
  }
}
