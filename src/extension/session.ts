import * as vscode from 'vscode';
import type { Report } from '../core/report/report.ts';
import { createEngineClient, type EngineClient } from '../engine/client.ts';
import { Acceptances } from './acceptance/acceptances.ts';
import { Analyses } from './analysis/analyses.ts';
import { ReportStore } from './analysis/reportStore.ts';
import type { CommandId } from './commandIds.ts';
import { analyzeAndShow } from './commands/analyzeAndShow.ts';
import { COMMANDS, type CommandParts } from './commands/commandTable.ts';
import { openDropped } from './commands/openDropped.ts';
import { planCompression } from './commands/planCompression.ts';
import { SelfTestPage } from './commands/selfTestPage.ts';
import { verifyPair } from './commands/verify.ts';
import { AppliedPlans } from './compression/appliedPlans.ts';
import { KeptTexts } from './compression/keptTexts.ts';
import { Config } from './config.ts';
import { OpenReports } from './panels/openReports.ts';
import { ReportPanels } from './panels/reportPanels.ts';
import { VerificationPanels } from './panels/verificationPanels.ts';
import { PlanEditors } from './plan/planEditors.ts';
import { PlanSources } from './plan/planSources.ts';
import { CheckpointFiles } from './tree/checkpointFiles.ts';
import { CheckpointTree } from './tree/checkpointTree.ts';
import { rowDecorations } from './tree/rowDecorations.ts';
import type { TreeNode } from './tree/treeNode.ts';

/** Compressions and verifications kept; older ones go. Each is some hundred kilobytes. */
const MOST_KEPT = 100;

export interface SessionParts {
  readonly context: vscode.ExtensionContext;
  /** The folder of the bundles. */
  readonly dist: vscode.Uri;
  readonly view: vscode.TreeView<TreeNode>;
  readonly changed: vscode.EventEmitter<TreeNode | undefined>;
}

/** Everything behind the commands; there is none until something is asked. */
export interface Session {
  readonly tree: CheckpointTree;
  analyze(file: vscode.Uri): Promise<Report | undefined>;
  run(command: CommandId, args: readonly unknown[]): unknown;
  /** Opens what was dropped on the sidebar. */
  drop(dropped: vscode.DataTransfer): Promise<void>;
  restoreReport(panel: vscode.WebviewPanel, state: unknown): Promise<void>;
  restoreVerification(panel: vscode.WebviewPanel, state: unknown): Promise<void>;
  /** Fills the editor that VS Code has made for a plan. */
  editPlan(document: vscode.TextDocument, panel: vscode.WebviewPanel): void;
  dispose(): void;
}

/** Puts the parts together. The engine's process starts only when something is analyzed. */
export function createSession({ context, dist, view, changed }: SessionParts): Session {
  const log = vscode.window.createOutputChannel('Eigenscope', { log: true });
  const storage = (name: string): string =>
    vscode.Uri.joinPath(context.globalStorageUri, name).fsPath;
  const config = new Config();
  const { version } = context.extension.packageJSON as { readonly version: string };

  let client: { readonly engine: EngineClient; readonly workers: number } | undefined;
  /** The engine with the settings of now. One of before ends with what it is at. */
  const engineToAnalyze = (): EngineClient => {
    const { workers } = config;
    if (client?.workers === workers) return client.engine;
    client?.engine.retire();
    const started = createEngineClient({
      dist: dist.fsPath,
      cacheDir: storage('cache'),
      version,
      workers,
      log: (line) => log.info(line),
    });
    client = { engine: started, workers };
    return started;
  };
  /** The engine as it is, which may be at work. */
  const engine = (): EngineClient => client?.engine ?? engineToAnalyze();

  const store = new ReportStore(storage('reports'), (line) => log.warn(line));
  const acceptances = new Acceptances(log);
  const files = new CheckpointFiles();
  const again = (file: vscode.Uri): Promise<void> => analyzeAndShow({ analyses, panels }, [file]);
  const analyses = new Analyses({
    engine: engineToAnalyze,
    config,
    store,
    log,
    again: (file) => void again(file),
  });
  const sources = new PlanSources(engine);
  const { workspaceState: memento } = context;
  const plans = new PlanEditors({ engine, sources, version, log, dist, memento });
  const warn = (line: string): void => log.warn(line);
  const applied = new AppliedPlans(new KeptTexts(storage('compressions'), MOST_KEPT, warn));
  const verifications = new VerificationPanels({
    applied,
    texts: new KeptTexts(storage('verifications'), MOST_KEPT, warn),
    extension: context.extensionUri,
    dist,
    verify: (pair) => verifyPair(parts, pair),
    log,
  });
  const panels = new ReportPanels({
    store,
    acceptances,
    open: new OpenReports(context.workspaceState),
    checkpoints: () => files.list(),
    extension: context.extensionUri,
    dist,
    engine,
    analyze: again,
    plan: (file) => planCompression(parts, [file]),
    log,
  });
  const tree = new CheckpointTree({ files, analyses, store, acceptances, view, changed });
  const decorations = vscode.window.registerFileDecorationProvider(rowDecorations);
  const selfTest = new SelfTestPage(engine, config);
  const owned = [log, acceptances, files, analyses, panels, tree, decorations, selfTest];
  const parts: CommandParts = {
    analyses,
    files,
    panels,
    plans,
    applied,
    verifications,
    memento,
    store,
    config,
    engine,
    selfTest,
    log,
  };

  return {
    tree,
    analyze: (file) => analyses.analyze(file, { ask: false }),
    run: (command, args) => COMMANDS[command](parts, args),
    drop: (dropped) => openDropped(parts, dropped),
    restoreReport: (panel, state) => panels.restore(panel, state),
    restoreVerification: (panel, state) => verifications.restore(panel, state),
    editPlan: (document, panel) => plans.resolve(document, panel),
    dispose: () => {
      for (const each of owned) each.dispose();
      client?.engine.dispose();
    },
  };
}
