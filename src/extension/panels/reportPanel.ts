import path from 'node:path';
import * as vscode from 'vscode';
import type { Report } from '../../core/report/report.ts';
import type { EngineApi } from '../../engine/engineApi.ts';
import type { ReportPanelHost, ReportPanelView } from '../../protocol/reportPanelApi.ts';
import { connectPanel } from './webviewPanel.ts';

export interface ReportPanelParts {
  readonly extension: vscode.Uri;
  readonly dist: vscode.Uri;
  readonly engine: () => EngineApi;
  /** Analyses the file and shows its report, here where it is open. */
  readonly analyze: (file: vscode.Uri) => Promise<void>;
  readonly log: vscode.LogOutputChannel;
}

/** The report of one checkpoint beside the code. */
export class ReportPanel {
  readonly panel: vscode.WebviewPanel;
  readonly file: vscode.Uri;
  readonly #view: ReportPanelView;
  readonly #log: vscode.LogOutputChannel;
  #report: Report;
  /** The page has loaded and listens; it is unloaded when the panel is hidden. */
  #listens = false;
  #layer: string | undefined;

  constructor(
    panel: vscode.WebviewPanel,
    file: vscode.Uri,
    report: Report,
    { extension, dist, engine, analyze, log }: ReportPanelParts,
  ) {
    this.panel = panel;
    this.file = file;
    this.#report = report;
    this.#log = log;
    const handlers: ReportPanelHost = {
      report: () => {
        this.#listens = true;
        // After the answer has been sent: the page can choose a layer only of a report that it has.
        setImmediate(() => this.#selectWaiting());
        return Promise.resolve(this.#report);
      },
      spectrum: ({ id }) =>
        engine().spectrum({ file: file.fsPath, mode: this.#report.settings.mode, id }),
      farms: ({ id, ...settings }) =>
        engine().farms({ file: file.fsPath, mode: this.#report.settings.mode, id, settings }),
      save: ({ name, text }) => save(file, name, text),
      analyzeAgain: () => analyze(file),
    };
    this.#view = connectPanel<ReportPanelView>(panel, dist, {
      name: 'report',
      title: vscode.l10n.t('Spectrum: {0}', path.basename(file.fsPath)),
      restore: file.toString(),
      handlers,
    }).remote;
    panel.iconPath = {
      light: vscode.Uri.joinPath(extension, 'media/reportLight.svg'),
      dark: vscode.Uri.joinPath(extension, 'media/reportDark.svg'),
    };
    panel.onDidChangeViewState(() => {
      if (!panel.visible) this.#listens = false;
    });
  }

  /** Puts another report of the same file in the page. */
  async show(report: Report): Promise<void> {
    this.#report = report;
    if (this.#listens) await this.#view.showReport({ report });
  }

  /** Chooses a layer, now or as soon as the page is there. */
  select(layer: string): void {
    this.#layer = layer;
    if (this.#listens) this.#selectWaiting();
  }

  #selectWaiting(): void {
    const id = this.#layer;
    this.#layer = undefined;
    if (id === undefined) return;
    this.#view.selectLayer({ id }).catch((error: unknown) => {
      this.#log.warn(`The report panel could not choose layer ${id}: ${String(error)}`);
    });
  }
}

async function save(file: vscode.Uri, name: string, text: string): Promise<void> {
  // The name comes from a page that shows names from the file: only its last part counts.
  const defaultUri = vscode.Uri.joinPath(file, '..', path.basename(name));
  const target = await vscode.window.showSaveDialog({ defaultUri });
  if (target) await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text));
}
