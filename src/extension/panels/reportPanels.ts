import * as vscode from 'vscode';
import type { Report } from '../../core/report/report.ts';
import type { ReportStore } from '../analysis/reportStore.ts';
import { REPORT_VIEW_TYPE } from '../commandIds.ts';
import { plainMessage } from '../plainMessage.ts';
import type { OpenReports } from './openReports.ts';
import { ReportPanel, type ReportPanelParts } from './reportPanel.ts';
import { subjectKey, subjectOf, subjectTitle, type ReportSubject } from './reportSubject.ts';
import { readSavedReport } from './savedReport.ts';
import { panelOptions, restoredFrom } from './webviewPanel.ts';

export interface ShowOptions {
  /** Id of the layer to choose. */
  readonly layer?: string;
  /** Leave the keyboard where it is. */
  readonly preserveFocus: boolean;
}

export interface ReportPanelsParts extends ReportPanelParts {
  readonly store: ReportStore;
  readonly open: OpenReports;
  /** Checkpoints whose report a panel without any other trace may have shown. */
  readonly checkpoints: () => Promise<readonly vscode.Uri[]>;
}

/** The open report panels, one a checkpoint or saved report. */
export class ReportPanels implements vscode.Disposable {
  readonly #panels = new Map<string, ReportPanel>();
  readonly #parts: ReportPanelsParts;
  readonly #subscription: vscode.Disposable;

  constructor(parts: ReportPanelsParts) {
    this.#parts = parts;
    this.#subscription = parts.acceptances.onDidChange(() => this.#showAcceptances());
  }

  /** The checkpoint whose report has the keyboard. */
  get active(): vscode.Uri | undefined {
    return [...this.#panels.values()].find(({ panel }) => panel.active)?.model;
  }

  /** Shows the report of a checkpoint in its panel, or in a new one beside the code. */
  show(file: vscode.Uri, report: Report, options: ShowOptions): Promise<void> {
    return this.#show({ kind: 'checkpoint', file }, report, options);
  }

  /** Shows a report that was saved as JSON. Throws an Error with a sentence where the file is none. */
  async showSaved(file: vscode.Uri): Promise<void> {
    const report = await readSavedReport(file);
    await this.#show({ kind: 'saved', file }, report, { preserveFocus: false });
  }

  /** Fills a panel that VS Code kept over a restart, or closes it and says why it cannot be filled. */
  async restore(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const subject = await this.#subjectOf(panel, state);
    if (!subject) {
      this.#parts.log.warn(`Nothing is known of what the panel '${panel.title}' showed.`);
      panel.dispose();
      return;
    }
    const { store, open, log } = this.#parts;
    const { kind, file } = subject;
    if (kind === 'saved') {
      try {
        this.#host(panel, subject, await readSavedReport(file));
      } catch (error) {
        log.warn((error as Error).message);
        open.closed(subject);
        panel.dispose();
      }
      return;
    }
    const stored = await store.get(file.fsPath);
    if (stored) this.#host(panel, subject, stored.report);
    else {
      open.closed(subject);
      panel.dispose();
    }
    const name = vscode.workspace.asRelativePath(file);
    if (!stored)
      void this.#offer(file, vscode.l10n.t('The report of {0} is no longer kept.', name));
    else if (stored.outdated)
      void this.#offer(file, vscode.l10n.t('{0} changed after this report was made.', name));
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  /** What the panel showed: by its own state, else by its title. */
  async #subjectOf(panel: vscode.WebviewPanel, state: unknown): Promise<ReportSubject | undefined> {
    const { open, store, checkpoints } = this.#parts;
    for (const key of [restoredFrom(state), open.keyOf(panel.title)]) {
      const subject = key === undefined ? undefined : subjectOf(key);
      if (subject) return subject;
    }
    for (const file of await checkpoints()) {
      const subject: ReportSubject = { kind: 'checkpoint', file };
      if (subjectTitle(subject) === panel.title && (await store.get(file.fsPath))) return subject;
    }
    return undefined;
  }

  async #show(subject: ReportSubject, report: Report, options: ShowOptions): Promise<void> {
    const open = this.#panels.get(subjectKey(subject));
    const shown = open ?? this.#create(subject, report, options.preserveFocus);
    if (options.layer !== undefined) shown.select(options.layer);
    if (!open) return;
    open.panel.reveal(undefined, options.preserveFocus);
    await open.show(report);
  }

  #showAcceptances(): void {
    for (const panel of this.#panels.values())
      panel.showAcceptances().catch((error: unknown) => {
        this.#parts.log.warn(`A report panel could not show what is accepted: ${String(error)}`);
      });
  }

  /** Not awaited where a panel is restored: VS Code waits for the panel, not for an answer. */
  async #offer(file: vscode.Uri, message: string): Promise<void> {
    const analyze = vscode.l10n.t('Analyze Again');
    const answer = await vscode.window.showInformationMessage(plainMessage(message), analyze);
    if (answer === analyze) await this.#parts.analyze(file);
  }

  #create(subject: ReportSubject, report: Report, preserveFocus: boolean): ReportPanel {
    const panel = vscode.window.createWebviewPanel(
      REPORT_VIEW_TYPE,
      '',
      { viewColumn: this.#column(), preserveFocus },
      panelOptions(this.#parts.dist),
    );
    return this.#host(panel, subject, report);
  }

  #host(panel: vscode.WebviewPanel, subject: ReportSubject, report: Report): ReportPanel {
    const key = subjectKey(subject);
    const hosted = new ReportPanel(panel, subject, report, this.#parts);
    this.#panels.set(key, hosted);
    this.#parts.open.opened(subject);
    panel.onDidDispose(() => {
      this.#panels.delete(key);
      this.#parts.open.closed(subject);
    });
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
