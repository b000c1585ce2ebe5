import path from 'node:path';
import * as vscode from 'vscode';
import { acceptedFindings } from '../../core/report/acceptance.ts';
import { shortName } from '../../core/report/visibleName.ts';
import type { Acceptances } from '../acceptance/acceptances.ts';
import type { Analyses } from '../analysis/analyses.ts';
import type { ReportStore, StoredReport } from '../analysis/reportStore.ts';
import type { CommandId } from '../commandIds.ts';
import type { CheckpointFiles } from './checkpointFiles.ts';
import {
  checkpointLook,
  problemsOf,
  problemsText,
  type Accepted,
  type Look,
} from './checkpointLook.ts';
import { layerLook } from './layerLook.ts';
import { layerTooltip } from './layerTooltip.ts';
import { rowUri } from './rowDecorations.ts';
import type { CheckpointNode, LayerNode, TreeNode } from './treeNode.ts';

export interface CheckpointTreeParts {
  readonly files: CheckpointFiles;
  readonly analyses: Analyses;
  readonly store: ReportStore;
  readonly acceptances: Acceptances;
  readonly view: vscode.TreeView<TreeNode>;
  readonly changed: vscode.EventEmitter<TreeNode | undefined>;
}

/** The sidebar: the workspace's checkpoints, and the layers of those that were analyzed. */
export class CheckpointTree implements vscode.Disposable {
  readonly #parts: CheckpointTreeParts;
  readonly #nodes = new Map<string, CheckpointNode>();
  readonly #subscriptions: vscode.Disposable[];

  constructor(parts: CheckpointTreeParts) {
    this.#parts = parts;
    this.#subscriptions = [
      parts.files.onDidChange(() => parts.changed.fire(undefined)),
      parts.acceptances.onDidChange(() => parts.changed.fire(undefined)),
      parts.analyses.onDidChange((file) => {
        // A file that is not shown yet makes the list longer; of one that is, only its row changes.
        parts.changed.fire(this.#nodes.get(file.toString()));
        if (parts.analyses.stateOf(file).kind === 'idle') void this.#showBadge();
      }),
    ];
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    if (node?.kind === 'layer') return [];
    if (node) {
      const stored = await this.#parts.store.get(node.uri.fsPath);
      const accepted = await this.#accepted(node.uri, stored);
      return (stored?.report.layers ?? []).map((layer) => ({
        kind: 'layer',
        uri: node.uri,
        layer,
        accepted,
      }));
    }
    const { files, analyses } = this.#parts;
    const found = await files.list();
    const uris = new Map([...found, ...analyses.asked].map((uri) => [uri.toString(), uri]));
    for (const key of this.#nodes.keys()) if (!uris.has(key)) this.#nodes.delete(key);
    for (const [key, uri] of uris)
      if (!this.#nodes.has(key)) this.#nodes.set(key, { kind: 'checkpoint', uri });
    void this.#showBadge();
    return [...uris.keys()].map((key) => this.#nodes.get(key)!);
  }

  getTreeItem(node: TreeNode): vscode.TreeItem | Promise<vscode.TreeItem> {
    return node.kind === 'checkpoint' ? this.#checkpointItem(node) : layerItem(node);
  }

  resolveTreeItem(item: vscode.TreeItem, node: TreeNode): vscode.TreeItem {
    if (node.kind === 'layer') item.tooltip = layerTooltip(node);
    return item;
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  async #checkpointItem(node: CheckpointNode): Promise<vscode.TreeItem> {
    const { analyses, store } = this.#parts;
    const stored = await store.get(node.uri.fsPath);
    const folder = path.dirname(vscode.workspace.asRelativePath(node.uri));
    const look = checkpointLook(
      analyses.stateOf(node.uri),
      stored,
      await this.#accepted(node.uri, stored),
      folder === '.' ? '' : folder,
      vscode.l10n.t,
    );
    const item = new vscode.TreeItem(
      path.basename(node.uri.fsPath),
      look.hasLayers
        ? vscode.TreeItemCollapsibleState.Collapsed
        : vscode.TreeItemCollapsibleState.None,
    );
    item.id = node.uri.toString();
    item.contextValue = look.context;
    item.tooltip = new vscode.MarkdownString()
      .appendText(node.uri.fsPath)
      .appendMarkdown('\n\n')
      .appendText(look.tooltip);
    return dressed(item, look);
  }

  async #accepted(uri: vscode.Uri, stored: StoredReport | undefined): Promise<Accepted> {
    if (!stored) return new Map();
    return acceptedFindings(stored.report, await this.#parts.acceptances.of(uri.fsPath));
  }

  async #showBadge(): Promise<void> {
    const { store, view } = this.#parts;
    const each = await Promise.all(
      [...this.#nodes.values()].map(async ({ uri }) => {
        const stored = await store.get(uri.fsPath);
        return stored
          ? problemsOf(stored.report, await this.#accepted(uri, stored))
          : { errors: 0, warnings: 0 };
      }),
    );
    const problems = {
      errors: each.reduce((sum, { errors }) => sum + errors, 0),
      warnings: each.reduce((sum, { warnings }) => sum + warnings, 0),
    };
    const value = problems.errors + problems.warnings;
    view.badge =
      value === 0 ? undefined : { value, tooltip: problemsText(problems, vscode.l10n.t) };
  }
}

const REVEAL: CommandId = 'eigenscope.revealLayer';

function layerItem(node: LayerNode): vscode.TreeItem {
  const { layer, accepted, uri } = node;
  const item = new vscode.TreeItem(shortName(layer.name));
  item.id = `${uri.toString()}#${layer.id}`;
  item.contextValue = 'layer';
  item.command = { command: REVEAL, title: vscode.l10n.t('Show in Report'), arguments: [node] };
  return dressed(item, layerLook(layer, accepted, vscode.l10n.t));
}

function dressed(item: vscode.TreeItem, look: Look): vscode.TreeItem {
  item.iconPath = new vscode.ThemeIcon(
    look.icon,
    look.colour === undefined ? undefined : new vscode.ThemeColor(look.colour),
  );
  item.description = look.description;
  const decorated = rowUri(item.id ?? '', look);
  if (decorated) item.resourceUri = decorated;
  return item;
}
