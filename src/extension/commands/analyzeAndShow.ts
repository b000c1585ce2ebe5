import type * as vscode from 'vscode';
import type { CommandParts } from './commandTable.ts';

/**
 * Analyses each checkpoint in turn and shows its report as soon as it is there. The keyboard stays where
 * it is: a person may have gone on writing while it ran.
 */
export async function analyzeAndShow(
  { analyses, panels }: Pick<CommandParts, 'analyses' | 'panels'>,
  files: readonly vscode.Uri[],
): Promise<void> {
  await Promise.all(
    files.map(async (file) => {
      const report = await analyses.analyze(file, { ask: true });
      if (report) await panels.show(file, report, { preserveFocus: true });
    }),
  );
}
