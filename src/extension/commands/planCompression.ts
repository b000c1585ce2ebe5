import path from 'node:path';
import * as vscode from 'vscode';
import { PLAN_VIEW_TYPE } from '../commandIds.ts';
import { plainMessage } from '../plainMessage.ts';
import { newPlanText } from '../plan/planEdits.ts';
import { freePlanPlace } from '../plan/planModelPlace.ts';
import { activeCheckpoint } from './activeCheckpoint.ts';
import { checkpointArguments } from './checkpointArguments.ts';
import type { CommandParts } from './commandTable.ts';
import { pickCheckpoint } from './pickCheckpoint.ts';

/**
 * Makes a plan of a checkpoint, the one given, in front or chosen, writes it beside the model and opens it
 * beside the code. A plan that is there already is opened or left alone.
 */
export async function planCompression(
  parts: CommandParts,
  args: readonly unknown[],
): Promise<void> {
  const given = checkpointArguments(args)[0] ?? activeCheckpoint(parts.panels);
  const model = given ?? (await pickCheckpoint(vscode.l10n.t('Plan Compression')));
  if (!model) return;
  const place = await placeOf(model);
  if (!place) return;
  if (place.isThere) return openPlan(place.uri);
  const plan = await parts.plans.firstPlan(model);
  if (!plan) return;
  const edit = new vscode.WorkspaceEdit();
  const contents = new TextEncoder().encode(newPlanText(plan));
  // Whoever wrote a file of that name in the meantime keeps it.
  edit.createFile(place.uri, { contents, overwrite: false, ignoreIfExists: false });
  if (await vscode.workspace.applyEdit(edit)) return openPlan(place.uri);
  const name = vscode.workspace.asRelativePath(place.uri);
  void vscode.window.showErrorMessage(
    plainMessage(
      vscode.l10n.t('{0} could not be written; see whether its folder may be changed.', name),
    ),
  );
}

interface PlanPlace {
  readonly uri: vscode.Uri;
  /** There is a plan of that name to be opened. */
  readonly isThere: boolean;
}

/** Where the plan goes; asks where there is one already. */
async function placeOf(model: vscode.Uri): Promise<PlanPlace | undefined> {
  const { usual, free } = freePlanPlace(model.fsPath);
  if (usual === free) return { uri: vscode.Uri.file(usual), isThere: false };
  const open = vscode.l10n.t('Open the Plan');
  const another = vscode.l10n.t('New Plan as {0}', path.basename(free));
  const answer = await vscode.window.showInformationMessage(
    plainMessage(vscode.l10n.t('{0} is there already.', path.basename(usual))),
    { modal: true },
    open,
    another,
  );
  if (answer === open) return { uri: vscode.Uri.file(usual), isThere: true };
  return answer === another ? { uri: vscode.Uri.file(free), isThere: false } : undefined;
}

/** Beside the code, unless there is none. */
async function openPlan(uri: vscode.Uri): Promise<void> {
  const empty = vscode.window.tabGroups.activeTabGroup.tabs.length === 0;
  const viewColumn = empty ? vscode.ViewColumn.Active : vscode.ViewColumn.Beside;
  await vscode.commands.executeCommand('vscode.openWith', uri, PLAN_VIEW_TYPE, { viewColumn });
}
