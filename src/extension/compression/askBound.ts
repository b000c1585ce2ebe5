import * as vscode from 'vscode';
import { DEFAULT_MAX_ERROR } from '../../engine/engineApi.ts';
import { parsedBound } from './verifyAnswers.ts';

const KEY = 'verifyMaxError';

/** Asks for the greatest relative error that passes; begins with the last answer. Undefined where nobody says. */
export async function askBound(
  title: string,
  memento: vscode.Memento,
): Promise<number | undefined> {
  const { t } = vscode.l10n;
  const last = memento.get<unknown>(KEY);
  const answer = await vscode.window.showInputBox({
    title,
    prompt: t('Greatest relative L2 error of any output on any sample that passes'),
    value: String(typeof last === 'number' ? last : DEFAULT_MAX_ERROR),
    validateInput: (text) => {
      const read = parsedBound(text, t);
      return 'fault' in read ? read.fault : undefined;
    },
  });
  if (answer === undefined) return undefined;
  const read = parsedBound(answer, t);
  if ('fault' in read) return undefined;
  await memento.update(KEY, read.value);
  return read.value;
}
