import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { plainMessage } from '../plainMessage.ts';
import { freeOutputPlace } from './outputName.ts';

export interface Output {
  readonly file: string;
  /** It is there, and a person has agreed to its being replaced. */
  readonly replace: boolean;
}

/**
 * Asks where the new model goes; the dialog asks before a file is replaced. The model and the plan are never
 * written over: such a choice is asked again. Undefined where nobody says.
 */
export async function askOutput(plan: string, model: string): Promise<Output | undefined> {
  let place = freeOutputPlace(plan, model);
  for (;;) {
    const chosen = await vscode.window.showSaveDialog({
      title: vscode.l10n.t('Write the Compressed Model'),
      saveLabel: vscode.l10n.t('Apply Plan'),
      defaultUri: vscode.Uri.file(place),
      filters: { ONNX: ['onnx'] },
    });
    if (!chosen) return undefined;
    const file = chosen.fsPath;
    if (![plan, model].some((other) => isSame(file, other)))
      return { file, replace: existsSync(file) };
    place = freeOutputPlace(plan, model);
    const another = vscode.l10n.t('Choose Another Name');
    const answer = await vscode.window.showWarningMessage(
      plainMessage(
        vscode.l10n.t(
          '{0} is what the plan is applied to, and is never written over.',
          path.basename(file),
        ),
      ),
      { modal: true },
      another,
    );
    if (answer !== another) return undefined;
  }
}

function isSame(a: string, b: string): boolean {
  return existsSync(a) && existsSync(b) && realpathSync(a) === realpathSync(b);
}
