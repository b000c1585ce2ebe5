import path from 'node:path';
import * as vscode from 'vscode';

/** What verification and calibration read; `.pb` is ONNX test data. */
export const INPUT_ENDINGS = ['npz', 'npy', 'pb', 'json'] as const;

/** Without JSON, which is most often something else. */
const LISTED = '**/*.{npz,npy,pb}';
const MOST_FILES = 100;

interface InputItem extends vscode.QuickPickItem {
  readonly inputs?: readonly string[];
}

/** Asks what to run both models on: files of inputs, none for seeded noise. Undefined where nobody says. */
export async function askInputs(title: string): Promise<readonly string[] | undefined> {
  const { t } = vscode.l10n;
  const picked = await vscode.window.showQuickPick<InputItem>(inputItems(), {
    title,
    placeHolder: t('What are both models to be run on?'),
    matchOnDescription: true,
  });
  if (!picked) return undefined;
  if (picked.inputs) return picked.inputs;
  const chosen = await vscode.window.showOpenDialog({
    title: t('Choose inputs of the models'),
    openLabel: t('Verify'),
    canSelectMany: true,
    filters: { [t('Inputs')]: [...INPUT_ENDINGS] },
  });
  return chosen && chosen.length > 0 ? chosen.map(({ fsPath }) => fsPath) : undefined;
}

async function inputItems(): Promise<InputItem[]> {
  const { t } = vscode.l10n;
  const found = await vscode.workspace.findFiles(LISTED, '**/node_modules/**', MOST_FILES);
  found.sort((a, b) => (a.path < b.path ? -1 : 1));
  const files = found.map((uri): InputItem => {
    const folder = path.dirname(vscode.workspace.asRelativePath(uri));
    return {
      label: path.basename(uri.fsPath),
      ...(folder === '.' ? {} : { description: folder }),
      iconPath: new vscode.ThemeIcon('file-binary'),
      inputs: [uri.fsPath],
    };
  });
  return [
    {
      label: t('Seeded Noise'),
      detail: t(
        'Weak evidence: shows that the model runs and roughly agrees, not that it is as good',
      ),
      iconPath: new vscode.ThemeIcon('graph-scatter'),
      inputs: [],
    },
    {
      label: t('Files of Inputs...'),
      detail: t('.npz, .npy, .json, or .pb of ONNX test data: the evidence is as good as they are'),
      iconPath: new vscode.ThemeIcon('folder-opened'),
      alwaysShow: true,
    },
    ...(files.length > 0
      ? [{ label: t('In this workspace'), kind: vscode.QuickPickItemKind.Separator }]
      : []),
    ...files,
  ];
}
