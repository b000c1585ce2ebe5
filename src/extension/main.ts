import { createRequire } from 'node:module';
import * as vscode from 'vscode';
import type { Report } from '../core/report/report.ts';
import {
  CHECKPOINTS_VIEW,
  COMMAND_IDS,
  PLAN_VIEW_TYPE,
  REPORT_VIEW_TYPE,
  VERIFICATION_VIEW_TYPE,
} from './commandIds.ts';
import type * as SessionModule from './session.ts';
import type { TreeNode } from './tree/treeNode.ts';

/** What other extensions can use. */
export interface EigenscopeApi {
  /** Analyses a checkpoint on disk; undefined where it was cancelled or failed, which the person is told. */
  analyze(file: vscode.Uri): Promise<Report | undefined>;
  /** The contents of the sidebar. */
  readonly checkpoints: vscode.TreeDataProvider<TreeNode>;
}

/**
 * Registers what package.json promises and nothing else: everything behind it is in `session.cjs`, which
 * is loaded when a command runs, the sidebar or a plan is opened, or a panel is restored.
 */
export function activate(context: vscode.ExtensionContext): EigenscopeApi {
  let loaded: SessionModule.Session | undefined;
  const changed = new vscode.EventEmitter<TreeNode | undefined>();
  const checkpoints: vscode.TreeDataProvider<TreeNode> = {
    onDidChangeTreeData: changed.event,
    getChildren: (node) => session().tree.getChildren(node),
    getTreeItem: (node) => session().tree.getTreeItem(node),
    resolveTreeItem: (item, node) => session().tree.resolveTreeItem(item, node),
  };
  const view = vscode.window.createTreeView(CHECKPOINTS_VIEW, {
    treeDataProvider: checkpoints,
    dragAndDropController: {
      dragMimeTypes: [],
      dropMimeTypes: ['text/uri-list'],
      handleDrop: (_target, dropped) => session().drop(dropped),
    },
    showCollapseAll: true,
  });

  function session(): SessionModule.Session {
    if (loaded) return loaded;
    const dist = vscode.Uri.joinPath(context.extensionUri, 'dist');
    const load = createRequire(vscode.Uri.joinPath(dist, 'extension.cjs').fsPath);
    const { createSession } = load('./session.cjs') as typeof SessionModule;
    loaded = createSession({ context, dist, view, changed });
    return loaded;
  }

  context.subscriptions.push(
    changed,
    view,
    { dispose: () => loaded?.dispose() },
    vscode.window.registerWebviewPanelSerializer(REPORT_VIEW_TYPE, {
      deserializeWebviewPanel: (panel, state: unknown) => session().restoreReport(panel, state),
    }),
    vscode.window.registerWebviewPanelSerializer(VERIFICATION_VIEW_TYPE, {
      deserializeWebviewPanel: (panel, state: unknown) =>
        session().restoreVerification(panel, state),
    }),
    vscode.window.registerCustomEditorProvider(
      PLAN_VIEW_TYPE,
      { resolveCustomTextEditor: (document, panel) => session().editPlan(document, panel) },
      { webviewOptions: { enableFindWidget: true }, supportsMultipleEditorsPerDocument: true },
    ),
    ...COMMAND_IDS.map((id) =>
      vscode.commands.registerCommand(id, (...args: unknown[]): unknown => session().run(id, args)),
    ),
  );
  return { analyze: (file) => session().analyze(file), checkpoints };
}
