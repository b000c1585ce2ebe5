import * as vscode from 'vscode';
import { activeCheckpoint } from './activeCheckpoint.ts';
import { analyzeAndShow } from './analyzeAndShow.ts';
import { checkpointArguments } from './checkpointArguments.ts';
import type { CommandParts } from './commandTable.ts';
import { pickAmong } from './pickCheckpoint.ts';

/** Shows the report that is kept of a checkpoint: the one given, the one in front, or one chosen among all. */
export async function showReport(parts: CommandParts, args: readonly unknown[]): Promise<void> {
  const given = checkpointArguments(args)[0] ?? activeCheckpoint(parts.panels);
  const file = given ?? (await chosen(parts));
  if (!file) return;
  const stored = await parts.store.get(file.fsPath);
  if (stored) {
    await parts.panels.show(file, stored.report, { preserveFocus: false });
    return;
  }
  const analyze = vscode.l10n.t('Analyze Spectrum');
  const answer = await vscode.window.showInformationMessage(
    vscode.l10n.t('{0} has not been analyzed yet.', vscode.workspace.asRelativePath(file)),
    analyze,
  );
  if (answer === analyze) await analyzeAndShow(parts, [file]);
}

async function chosen({ analyses, files, store }: CommandParts): Promise<vscode.Uri | undefined> {
  const uris = new Map(
    [...(await files.list()), ...analyses.asked].map((uri) => [uri.toString(), uri]),
  );
  const kept = await Promise.all(
    [...uris.values()].map(async (uri) => ((await store.get(uri.fsPath)) ? [uri] : [])),
  );
  const reported = kept.flat();
  if (reported.length > 0) return pickAmong(reported, vscode.l10n.t('Show Report'));
  void vscode.window.showInformationMessage(
    vscode.l10n.t(
      'There is no report yet. Right-click an .onnx file and choose Eigenscope: Analyze Spectrum.',
    ),
  );
  return undefined;
}
