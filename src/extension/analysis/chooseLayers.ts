import * as vscode from 'vscode';
import type { Estimate } from '../../engine/engineApi.ts';
import { CancelledError } from '../../protocol/cancellation.ts';
import {
  layerChoices,
  secondsOf,
  secondsTogether,
  timeTaken,
  withinSeconds,
  type LayerChoice,
} from './layerChoices.ts';

/** An analysis that takes longer is worth a question. */
const ASK_ABOVE_SECONDS = 60;

interface ChoiceItem extends vscode.QuickPickItem {
  /** Undefined for a line between choices. */
  readonly choice?: LayerChoice;
}

/**
 * Before a run of over a minute, lets a person choose what is worth it. Resolves to the ids of what is left
 * out, each with the reason; nothing where the run is short. Throws CancelledError where the choice is put away.
 */
export async function chooseLayers(
  name: string,
  estimate: Estimate,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const seconds = secondsOf(estimate.entries, estimate.workers);
  if (seconds <= ASK_ABOVE_SECONDS) return {};
  const choices = layerChoices(estimate, vscode.l10n.t);
  const chosen = new Set(await asked(name, choices, estimate.workers, signal));
  const left = choices.filter((choice) => !chosen.has(choice));
  const reason = 'left out by choice, to save time; analyze again and choose it';
  return Object.fromEntries(left.flatMap(({ ids }) => ids.map((id) => [id, reason])));
}

function itemsOf(choices: readonly LayerChoice[]): readonly ChoiceItem[] {
  const separator = (label: string): ChoiceItem => ({
    label,
    kind: vscode.QuickPickItemKind.Separator,
  });
  const of = (kind: LayerChoice['kind']): ChoiceItem[] =>
    choices
      .filter((choice) => choice.kind === kind)
      .map((choice) => ({ label: choice.label, description: choice.description, choice }));
  const longest = of('longest');
  const rest = of('rest');
  return [
    ...(longest.length > 0 ? [separator(vscode.l10n.t('takes longest')), ...longest] : []),
    ...(rest.length > 0 ? [separator(vscode.l10n.t('the rest, by kind')), ...rest] : []),
  ];
}

function asked(
  name: string,
  choices: readonly LayerChoice[],
  workers: number,
  signal: AbortSignal,
): Promise<readonly LayerChoice[]> {
  const { t } = vscode.l10n;
  const pick = vscode.window.createQuickPick<ChoiceItem>();
  const items = itemsOf(choices);
  const fast: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon('zap'),
    tooltip: t('Only what is done within a minute'),
  };
  const chosen = (): LayerChoice[] =>
    pick.selectedItems.flatMap(({ choice }) => (choice ? [choice] : []));
  const showTime = (): void => {
    const time = timeTaken(secondsTogether(chosen(), workers), t);
    pick.title = t('{0}: {1} to analyze', name, time);
  };
  pick.canSelectMany = true;
  // A click into the code must not end an analysis that was asked for.
  pick.ignoreFocusOut = true;
  pick.items = items;
  pick.selectedItems = items.filter(({ choice }) => choice !== undefined);
  pick.placeholder = t('Leave out what is not worth the time; Escape cancels the analysis');
  pick.buttons = [fast];
  showTime();
  return new Promise<readonly LayerChoice[]>((resolve, reject) => {
    const onAbort = (): void => pick.hide();
    signal.addEventListener('abort', onAbort, { once: true });
    pick.onDidChangeSelection(showTime);
    pick.onDidTriggerButton(() => {
      const kept = withinSeconds(choices, ASK_ABOVE_SECONDS, workers);
      pick.selectedItems = items.filter(({ choice }) => choice && kept.includes(choice));
      showTime();
    });
    pick.onDidAccept(() => {
      const all = chosen();
      if (all.length === 0) return;
      resolve(all);
      pick.hide();
    });
    pick.onDidHide(() => {
      signal.removeEventListener('abort', onAbort);
      pick.dispose();
      reject(new CancelledError());
    });
    pick.show();
  });
}
