import * as vscode from 'vscode';
import type { Analyses } from '../analysis/analyses.ts';
import type { ReportStore } from '../analysis/reportStore.ts';
import type { EngineClient } from '../../engine/client.ts';
import type { AppliedPlans } from '../compression/appliedPlans.ts';
import type { CommandId } from '../commandIds.ts';
import type { Config } from '../config.ts';
import type { ReportPanels } from '../panels/reportPanels.ts';
import type { VerificationPanels } from '../panels/verificationPanels.ts';
import type { PlanEditors } from '../plan/planEditors.ts';
import type { CheckpointFiles } from '../tree/checkpointFiles.ts';
import { isTreeNode } from '../tree/treeNode.ts';
import { activeCheckpoint } from './activeCheckpoint.ts';
import { analyzeAndShow } from './analyzeAndShow.ts';
import { applyPlan } from './applyPlan.ts';
import { checkpointArguments } from './checkpointArguments.ts';
import { openPlan } from './openPlan.ts';
import { openReport } from './openReport.ts';
import { pickCheckpoint } from './pickCheckpoint.ts';
import { planCompression } from './planCompression.ts';
import { selectDevice } from './selectDevice.ts';
import type { SelfTestPage } from './selfTestPage.ts';
import { showReport } from './showReport.ts';
import { verify } from './verify.ts';

export interface CommandParts {
  readonly analyses: Analyses;
  readonly files: CheckpointFiles;
  readonly panels: ReportPanels;
  readonly store: ReportStore;
  readonly config: Config;
  readonly engine: () => EngineClient;
  readonly selfTest: SelfTestPage;
  readonly plans: PlanEditors;
  readonly applied: AppliedPlans;
  readonly verifications: VerificationPanels;
  readonly memento: vscode.Memento;
  readonly log: vscode.LogOutputChannel;
}

type Command = (parts: CommandParts, args: readonly unknown[]) => unknown;

/** What each command does with the arguments its menus give it. */
export const COMMANDS: Readonly<Record<CommandId, Command>> = {
  'eigenscope.analyze': async (parts, args) => {
    const given = checkpointArguments(args);
    if (given.length > 0) return analyzeAndShow(parts, given);
    const picked = await pickCheckpoint(vscode.l10n.t('Analyze Spectrum'));
    return picked ? analyzeAndShow(parts, [picked]) : undefined;
  },
  'eigenscope.analyzeActive': async (parts) => {
    const active = activeCheckpoint(parts.panels);
    if (active) return analyzeAndShow(parts, [active]);
    const choose = vscode.l10n.t('Choose a Checkpoint');
    const answer = await vscode.window.showInformationMessage(
      vscode.l10n.t(
        'The tab in front is not an ONNX checkpoint. Open an .onnx file or choose one.',
      ),
      choose,
    );
    return answer === choose ? COMMANDS['eigenscope.analyze'](parts, []) : undefined;
  },
  'eigenscope.cancel': ({ analyses }) => analyses.cancel(),
  'eigenscope.showReport': showReport,
  'eigenscope.openReport': openReport,
  'eigenscope.refresh': ({ files }) => files.refresh(),
  'eigenscope.revealLayer': async ({ panels, store }, [node]) => {
    if (!isTreeNode(node) || node.kind !== 'layer') return;
    const stored = await store.get(node.uri.fsPath);
    if (stored)
      await panels.show(node.uri, stored.report, { layer: node.layer.id, preserveFocus: true });
  },
  'eigenscope.selectDevice': selectDevice,
  'eigenscope.selfTest': ({ selfTest }) => selfTest.show(),
  'eigenscope.planCompression': planCompression,
  'eigenscope.openPlan': (_parts, args) => openPlan('panel', args),
  'eigenscope.openPlanAsText': (_parts, args) => openPlan('text', args),
  'eigenscope.applyPlan': applyPlan,
  'eigenscope.verify': verify,
};
