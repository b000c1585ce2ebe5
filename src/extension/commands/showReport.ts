import * as vscode from 'vscode';
import { plainMessage } from '../plainMessage.ts';
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
  if (stored) await parts.panels.show(file, stored.report, { preserveFocus: false });
  if (stored && !stored.outdated) return;
  const name = vscode.workspace.asRelativePath(file);
  const message = stored
    ? vscode.l10n.t('{0} changed after this report was made.', name)
    : vscode.l10n.t('{0} has not been analyzed yet.', name);
  const analyze = vscode.l10n.t('Analyze Spectrum');
  const answer = await vscode.window.showInformationMessage(plainMessage(message), analyze);
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
    vscode.l10n.t('There is no report yet. Right-click an .onnx file and choose Analyze Spectrum.'),
  );
  return undefined;
}
