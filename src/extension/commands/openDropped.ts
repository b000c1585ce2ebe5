import * as vscode from 'vscode';
import { analyzeAndShow } from './analyzeAndShow.ts';
import type { CommandParts } from './commandTable.ts';
import { openReports } from './openReport.ts';

/** What files are dragged as, from the explorer and from outside. */
export const DROPPED_TYPE = 'text/uri-list';

/** Opens the reports and analyses the checkpoints among files that were dropped; other files are named. */
export async function openDropped(
  parts: CommandParts,
  dropped: vscode.DataTransfer,
): Promise<void> {
  const text = (await dropped.get(DROPPED_TYPE)?.asString()) ?? '';
  const files = text
    .split(/\r?\n/)
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => vscode.Uri.parse(line));
  const ending = (end: string): vscode.Uri[] =>
    files.filter(({ path }) => path.toLowerCase().endsWith(end));
  const reports = ending('.json');
  const checkpoints = ending('.onnx');
  if (files.length > 0 && reports.length + checkpoints.length === 0)
    void vscode.window.showInformationMessage(
      vscode.l10n.t('Drop an .onnx file to analyze it, or a report that was saved as JSON.'),
    );
  await openReports(parts, reports);
  await analyzeAndShow(parts, checkpoints);
}
