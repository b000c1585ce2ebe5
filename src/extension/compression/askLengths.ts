import * as vscode from 'vscode';
import type { EngineApi } from '../../engine/engineApi.ts';
import { plainMessage } from '../plainMessage.ts';
import { parsedLength } from './verifyAnswers.ts';

type Axes = Awaited<ReturnType<EngineApi['seededLengths']>>;

/**
 * Asks for the length of each symbolic axis, after a model did not run on inputs of made-up lengths. Undefined
 * where a person gives up.
 *
 * @param last lengths that were tried
 */
export async function askLengths(
  title: string,
  axes: Axes,
  last: Readonly<Record<string, number>>,
): Promise<Readonly<Record<string, number>> | undefined> {
  const { t } = vscode.l10n;
  const lengths: Record<string, number> = {};
  for (const { name, length } of axes) {
    const answer = await vscode.window.showInputBox({
      title,
      prompt: plainMessage(
        t('The model does not run on inputs of made-up lengths. Length of the axis {0}:', name),
      ),
      value: String(last[name] ?? length),
      ignoreFocusOut: true,
      validateInput: (text) => {
        const read = parsedLength(text, t);
        return 'fault' in read ? read.fault : undefined;
      },
    });
    if (answer === undefined) return undefined;
    lengths[name] = Number(answer);
  }
  return lengths;
}
