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
  // Looked up only now: older versions of VS Code make tabs anew when another is opened.
  const others = vscode.window.tabGroups.activeTabGroup.tabs.filter(
    (tab) => showsOther(tab, as) && uriOf(tab)?.toString() === uri.toString(),
  );
  // One that is not saved would ask whether it is to be.
  await vscode.window.tabGroups.close(others.filter(({ isDirty }) => !isDirty));
}

function showsOther({ input }: vscode.Tab, as: 'panel' | 'text'): boolean {
  return as === 'panel'
    ? input instanceof vscode.TabInputText
    : input instanceof vscode.TabInputCustom;
}

function uriOf({ input }: vscode.Tab): vscode.Uri | undefined {
  const isFile = input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom;
  return isFile ? input.uri : undefined;
}

/** The plan of the tab in front, in its panel or as text. */
export function planInFront(): vscode.Uri | undefined {
  const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
  const uri = tab && uriOf(tab);
  return uri?.path.toLowerCase().endsWith(PLAN_ENDING) ? uri : undefined;
}
