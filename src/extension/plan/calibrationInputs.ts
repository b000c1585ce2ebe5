import * as vscode from 'vscode';
import { INPUT_ENDINGS } from '../compression/askInputs.ts';
import { trusted } from '../compression/trusted.ts';

/** Whether the model may be run; says so where not. */
export function mayRunModel(): boolean {
  return trusted(
    vscode.l10n.t('Planning by inputs runs the model. Trust the workspace to do that.'),
  );
}

/** Asks for files of inputs that the model is to be run on; null where nobody chooses any. */
export async function askCalibrationInputs(plan: vscode.Uri): Promise<readonly string[] | null> {
  if (!mayRunModel()) return null;
  const { t } = vscode.l10n;
  const chosen = await vscode.window.showOpenDialog({
    title: t('Choose inputs that the plan is to go by'),
    openLabel: t('Plan by These'),
    canSelectMany: true,
    defaultUri: vscode.Uri.joinPath(plan, '..'),
    filters: { [t('Inputs')]: [...INPUT_ENDINGS] },
  });
  return chosen && chosen.length > 0 ? chosen.map(({ fsPath }) => fsPath) : null;
}
