import path from 'node:path';
import * as vscode from 'vscode';
import { PLAN_ENDING } from '../plan/planModelPlace.ts';

const MOST_FILES = 200;

interface PlanItem extends vscode.QuickPickItem {
  /** Undefined for Browse. */
  readonly uri?: vscode.Uri;
}

/** Lets a person choose among the plans of the workspace, or any other file. */
export async function pickPlan(): Promise<vscode.Uri | undefined> {
  const picked = await vscode.window.showQuickPick<PlanItem>(planItems(), {
    title: vscode.l10n.t('Apply Plan'),
    placeHolder: vscode.l10n.t('Choose a plan of a compression'),
    matchOnDescription: true,
  });
  if (!picked) return undefined;
  if (picked.uri) return picked.uri;
  const chosen = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Choose a plan of a compression'),
    openLabel: vscode.l10n.t('Choose'),
    filters: { JSON: ['json'] },
  });
  return chosen?.[0];
}

async function planItems(): Promise<PlanItem[]> {
  const found = await vscode.workspace.findFiles(
    `**/*${PLAN_ENDING}`,
    '**/node_modules/**',
    MOST_FILES,
  );
  found.sort((a, b) => (a.path < b.path ? -1 : 1));
  const items = found.map((uri): PlanItem => {
    const folder = path.dirname(vscode.workspace.asRelativePath(uri));
    return {
      label: path.basename(uri.fsPath),
      ...(folder === '.' ? {} : { description: folder }),
      iconPath: new vscode.ThemeIcon('fold'),
      uri,
    };
  });
  const separator = { label: '', kind: vscode.QuickPickItemKind.Separator };
  const browse = {
    label: vscode.l10n.t('Browse...'),
    iconPath: new vscode.ThemeIcon('folder-opened'),
    alwaysShow: true,
  };
  return [...items, ...(items.length > 0 ? [separator] : []), browse];
}
