import * as vscode from 'vscode';
import { plainMessage } from '../plainMessage.ts';
import type { TaskProgress } from './progressLines.ts';

/** Runs a task under a notification with its progress that can be cancelled. */
export async function withTaskProgress<T>(
  title: string,
  task: (signal: AbortSignal, show: (progress: TaskProgress) => void) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  return vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: plainMessage(title),
      cancellable: true,
    },
    async (notification, token) => {
      token.onCancellationRequested(() => abort.abort());
      let shown = 0;
      return task(abort.signal, ({ percent, line }) => {
        notification.report({
          message: plainMessage(line),
          increment: Math.max(0, percent - shown),
        });
        shown = Math.max(shown, percent);
      });
    },
  );
}
