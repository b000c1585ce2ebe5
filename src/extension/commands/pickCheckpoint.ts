import path from 'node:path';
import * as vscode from 'vscode';
import { findCheckpoints } from '../tree/checkpointFiles.ts';

interface CheckpointItem extends vscode.QuickPickItem {
  /** Undefined for Browse. */
  readonly uri?: vscode.Uri;
}

/** Lets a person choose among the checkpoints of the workspace, or any other file, for what the title says. */
export async function pickCheckpoint(title: string): Promise<vscode.Uri | undefined> {
  const picked = await vscode.window.showQuickPick<CheckpointItem>(checkpointItems(), {
    title,
    placeHolder: vscode.l10n.t('Choose an ONNX checkpoint'),
    matchOnDescription: true,
  });
  if (!picked) return undefined;
  return picked.uri ?? browse();
}

/** Of several checkpoints, one. */
export async function pickAmong(
  uris: readonly vscode.Uri[],
  title: string,
): Promise<vscode.Uri | undefined> {
  const picked = await vscode.window.showQuickPick(uris.map(itemOf), {
    title,
    placeHolder: vscode.l10n.t('Choose an ONNX checkpoint'),
    matchOnDescription: true,
  });
  return picked?.uri;
}

async function checkpointItems(): Promise<CheckpointItem[]> {
  const browseItem = {
    label: vscode.l10n.t('Browse...'),
    iconPath: new vscode.ThemeIcon('folder-opened'),
    alwaysShow: true,
  };
  const found = (await findCheckpoints()).map(itemOf);
  const separator = { label: '', kind: vscode.QuickPickItemKind.Separator };
  return [...found, ...(found.length > 0 ? [separator] : []), browseItem];
}

function itemOf(uri: vscode.Uri): CheckpointItem {
  const folder = path.dirname(vscode.workspace.asRelativePath(uri));
  return {
    label: path.basename(uri.fsPath),
    ...(folder === '.' ? {} : { description: folder }),
    iconPath: new vscode.ThemeIcon('file-binary'),
    uri,
  };
}

async function browse(): Promise<vscode.Uri | undefined> {
  const chosen = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Choose an ONNX checkpoint'),
    openLabel: vscode.l10n.t('Choose'),
    filters: { ONNX: ['onnx'] },
  });
  return chosen?.[0];
}
