import * as vscode from 'vscode';
import { PLAN_VIEW_TYPE } from '../commandIds.ts';
import { PLAN_ENDING } from '../plan/planModelPlace.ts';
import { checkpointArguments } from './checkpointArguments.ts';

/** Shows a plan, the one given or in front, in its panel or as text, in the place of the other. */
export async function openPlan(as: 'panel' | 'text', args: readonly unknown[]): Promise<void> {
  const uri = checkpointArguments(args, PLAN_ENDING)[0] ?? planInFront();
  if (!uri) return;
  const editor = as === 'panel' ? PLAN_VIEW_TYPE : 'default';
  await vscode.commands.executeCommand('vscode.openWith', uri, editor);
}

/** The plan of the tab in front, in its panel or as text. */
export function planInFront(): vscode.Uri | undefined {
  const input: unknown = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const isFile = input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom;
  return isFile && input.uri.path.toLowerCase().endsWith(PLAN_ENDING) ? input.uri : undefined;
}
