import path from 'node:path';
import * as vscode from 'vscode';
import { calibrationChoice } from '../../core/plan/calibrationChoice.ts';
import { parsePlan } from '../../core/plan/parsePlan.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { Compression } from '../../core/report/compression/compression.ts';
import { CancelledError } from '../../protocol/cancellation.ts';
import { shortPaths } from '../analysis/shortPaths.ts';
import { appliedText } from '../compression/appliedText.ts';
import { askOutput, type Output } from '../compression/askOutput.ts';
import { compressProgress } from '../compression/progressLines.ts';
import { applyFailure } from '../compression/taskFailure.ts';
import { trusted } from '../compression/trusted.ts';
import { withTaskProgress } from '../compression/withTaskProgress.ts';
import { plainMessage } from '../plainMessage.ts';
import { PLAN_ENDING } from '../plan/planModelPlace.ts';
import { resolvedChoice } from '../plan/resolvedChoice.ts';
import { checkpointArguments } from './checkpointArguments.ts';
import type { CommandParts } from './commandTable.ts';
import { planInFront } from './openPlan.ts';
import { pickPlan } from './pickPlan.ts';
import { verifyPair } from './verify.ts';

/**
 * Writes the model that a plan makes: of the plan given, in front or chosen, where a person says. What it came
 * to is told with a way to verify the new model.
 */
export async function applyPlan(parts: CommandParts, args: readonly unknown[]): Promise<void> {
  const { t } = vscode.l10n;
  if (!trusted(t('Applying a plan writes a model. Trust the workspace to do that.'))) return;
  const uri = checkpointArguments(args, PLAN_ENDING)[0] ?? planInFront() ?? (await pickPlan());
  if (!uri) return;
  const name = path.basename(uri.fsPath);
  try {
    const plan = parsePlan(await textOf(uri), name);
    const model = await parts.plans.modelOf(uri, plan.model.file);
    if (model === undefined) return;
    const output = await askOutput(uri.fsPath, model);
    if (!output) return;
    const compression = await applied(parts, { plan, planFile: uri.fsPath, model, output });
    await parts.applied.put(output.file, { compression, plan });
    // Not awaited: the work is over, whether or not a person answers.
    void tell(parts, model, compression);
  } catch (thrown) {
    if (thrown instanceof CancelledError) {
      parts.log.info(`Cancelled: nothing was written by ${uri.fsPath}`);
      return;
    }
    const message = applyFailure(thrown, name, t);
    parts.log.error(message);
    if (thrown instanceof Error && thrown.stack !== undefined) parts.log.debug(thrown.stack);
    const short = shortPaths(message, uri.fsPath, name);
    const showLog = t('Show Log');
    void vscode.window.showErrorMessage(plainMessage(short), showLog).then((answer) => {
      if (answer === showLog) parts.log.show();
    });
  }
}

/** The plan's text as it is on the disk; what an editor has not saved yet is saved first. */
async function textOf(uri: vscode.Uri): Promise<string> {
  const open = vscode.workspace.textDocuments.find(
    (document) => document.uri.toString() === uri.toString(),
  );
  if (open?.isDirty) await open.save();
  return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
}

interface Application {
  readonly plan: Plan;
  readonly planFile: string;
  readonly model: string;
  readonly output: Output;
}

async function applied(
  { engine, log }: CommandParts,
  { plan, planFile, model, output }: Application,
): Promise<Compression> {
  log.info(`Applying ${planFile} to ${model}`);
  const compression = await withTaskProgress(
    vscode.l10n.t('Writing {0}', path.basename(output.file)),
    (signal, show) =>
      engine().compress(
        {
          file: model,
          plan,
          planFile,
          output: output.file,
          replace: output.replace,
          memoryLimit: 0,
          ...calibrationInputs(plan, planFile),
        },
        { signal, onProgress: (progress) => show(compressProgress(progress, vscode.l10n.t)) },
      ),
  );
  for (const { name, refused } of compression.layers)
    if (refused !== '') log.warn(`${name} stays as it was: ${refused}`);
  for (const note of compression.notes) log.info(note);
  if (!compression.check.loaded) log.warn(compression.check.reason);
  return compression;
}

/** Files of inputs that the plan names, which are looked for beside it: a shell's folder is not known here. */
function calibrationInputs(
  { calibration }: Plan,
  planFile: string,
): { readonly inputs?: readonly string[] } {
  const choice = calibrationChoice(calibration);
  if (!choice || choice.sources.length === 0) return {};
  return { inputs: resolvedChoice(choice, planFile).sources };
}

async function tell(parts: CommandParts, model: string, compression: Compression): Promise<void> {
  const { t } = vscode.l10n;
  const text = appliedText(compression, t);
  parts.log.info(text);
  const output = vscode.Uri.file(compression.files[0]!.file);
  const verify = t('Verify');
  const reveal = t('Reveal');
  const answer = await vscode.window.showInformationMessage(plainMessage(text), verify, reveal);
  if (answer === verify) await verifyPair(parts, { a: model, b: output.fsPath });
  if (answer !== reveal) return;
  const inside = vscode.workspace.getWorkspaceFolder(output) !== undefined;
  await vscode.commands.executeCommand(inside ? 'revealInExplorer' : 'revealFileInOS', output);
}
