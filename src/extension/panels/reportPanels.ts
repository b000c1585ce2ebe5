import * as vscode from 'vscode';
import type { Report } from '../../core/report/report.ts';
import type { ReportStore } from '../analysis/reportStore.ts';
import { REPORT_VIEW_TYPE } from '../commandIds.ts';
import { plainMessage } from '../plainMessage.ts';
import { ReportPanel, type ReportPanelParts } from './reportPanel.ts';
import { panelOptions, restoredFrom } from './webviewPanel.ts';

export interface ShowOptions {
  /** Id of the layer to choose. */
  readonly layer?: string;
  /** Leave the keyboard where it is. */
  readonly preserveFocus: boolean;
}

/** The open report panels, one a checkpoint. */
export class ReportPanels {
  readonly #panels = new Map<string, ReportPanel>();
  readonly #store: ReportStore;
  readonly #parts: ReportPanelParts;

  constructor(store: ReportStore, parts: ReportPanelParts) {
    this.#store = store;
    this.#parts = parts;
  }

  /** The checkpoint whose report has the keyboard. */
  get active(): vscode.Uri | undefined {
    return [...this.#panels.values()].find(({ panel }) => panel.active)?.file;
  }

  /** Shows the report in the panel of its checkpoint, or in a new one beside the code. */
  async show(file: vscode.Uri, report: Report, options: ShowOptions): Promise<void> {
    const open = this.#panels.get(file.toString());
    const shown = open ?? this.#create(file, report, options.preserveFocus);
    if (options.layer !== undefined) shown.select(options.layer);
    if (!open) return;
    open.panel.reveal(undefined, options.preserveFocus);
    await open.show(report);
  }

  /** Fills a panel that VS Code kept over a restart, or closes it and says why it cannot be filled. */
  async restore(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const kept = restoredFrom(state);
    if (kept === undefined) {
      panel.dispose();
      return;
    }
    const file = vscode.Uri.parse(kept, true);
    const stored = await this.#store.get(file.fsPath);
    if (stored) this.#host(panel, file, stored.report);
    else panel.dispose();
    const name = vscode.workspace.asRelativePath(file);
    if (!stored)
      void this.#offer(file, vscode.l10n.t('The report of {0} is no longer kept.', name));
    else if (stored.outdated)
      void this.#offer(file, vscode.l10n.t('{0} changed after this report was made.', name));
  }

  /** Not awaited where a panel is restored: VS Code waits for the panel, not for an answer. */
  async #offer(file: vscode.Uri, message: string): Promise<void> {
    const analyze = vscode.l10n.t('Analyze Again');
    const answer = await vscode.window.showInformationMessage(plainMessage(message), analyze);
    if (answer === analyze) await this.#parts.analyze(file);
  }

  #create(file: vscode.Uri, report: Report, preserveFocus: boolean): ReportPanel {
    const panel = vscode.window.createWebviewPanel(
      REPORT_VIEW_TYPE,
      '',
      { viewColumn: this.#column(), preserveFocus },
      panelOptions(this.#parts.dist),
    );
    return this.#host(panel, file, report);
  }

  #host(panel: vscode.WebviewPanel, file: vscode.Uri, report: Report): ReportPanel {
    const hosted = new ReportPanel(panel, file, report, this.#parts);
    this.#panels.set(file.toString(), hosted);
    panel.onDidDispose(() => this.#panels.delete(file.toString()));
    return hosted;
  }

  /** Where other reports are; else beside the code, unless there is none. */
  #column(): vscode.ViewColumn {
    const open = [...this.#panels.values()].find(({ panel }) => panel.viewColumn !== undefined);
    if (open?.panel.viewColumn !== undefined) return open.panel.viewColumn;
    const empty = vscode.window.tabGroups.activeTabGroup.tabs.length === 0;
    return empty ? vscode.ViewColumn.Active : vscode.ViewColumn.Beside;
  }
}
