import path from 'node:path';
import * as vscode from 'vscode';
import type { Report } from '../../core/report/report.ts';
import type { EngineApi } from '../../engine/engineApi.ts';
import type { ReportPanelHost, ReportPanelView } from '../../protocol/reportPanelApi.ts';
import type { Acceptances } from '../acceptance/acceptances.ts';
import { subjectKey, subjectTitle, type ReportSubject } from './reportSubject.ts';
import { modelOfSaved, placeOfModel } from './savedReport.ts';
import { saveText } from './saveText.ts';
import { connectPanel } from './webviewPanel.ts';

export interface ReportPanelParts {
  readonly extension: vscode.Uri;
  readonly dist: vscode.Uri;
  readonly engine: () => EngineApi;
  readonly acceptances: Acceptances;
  /** Analyses the file and shows its report, here where it is open. */
  readonly analyze: (file: vscode.Uri) => Promise<void>;
  /** Plans the compression of the file. */
  readonly plan: (file: vscode.Uri) => Promise<void>;
  readonly log: vscode.LogOutputChannel;
}

/** The report of one checkpoint beside the code. */
export class ReportPanel {
  readonly panel: vscode.WebviewPanel;
  readonly subject: ReportSubject;
  readonly #view: ReportPanelView;
  readonly #acceptances: Acceptances;
  readonly #log: vscode.LogOutputChannel;
  #report: Report;
  /** The page has loaded and listens; it is unloaded when the panel is hidden. */
  #listens = false;
  #layer: string | undefined;

  constructor(
    panel: vscode.WebviewPanel,
    subject: ReportSubject,
    report: Report,
    { extension, dist, engine, acceptances, analyze, plan, log }: ReportPanelParts,
  ) {
    this.panel = panel;
    this.subject = subject;
    this.#report = report;
    this.#acceptances = acceptances;
    this.#log = log;
    const handlers: ReportPanelHost = {
      report: () => {
        this.#listens = true;
        // After the answer has been sent: the page can choose a layer only of a report that it has.
        setImmediate(() => this.#selectWaiting());
        return Promise.resolve(this.#report);
      },
      spectrum: ({ id }) => this.#spectrum(id, engine),
      farms: async ({ id, ...settings }) => engine().farms({ ...this.#inModel(), id, settings }),
      acceptances: async () => (await acceptances.of(this.#place)).accepted,
      accept: (request) => acceptances.accept(this.#place, request),
      save: ({ name, text }) => saveText(subject.file, name, text),
      analyzeAgain: async () => {
        const { model } = this;
        if (model) return analyze(model);
        void vscode.window.showInformationMessage(this.#modelIsAway());
      },
      plan: async () => {
        const { model } = this;
        if (model) return plan(model);
        void vscode.window.showInformationMessage(this.#modelIsAway());
      },
    };
    this.#view = connectPanel<ReportPanelView>(panel, dist, {
      name: 'report',
      title: subjectTitle(subject),
      restore: subjectKey(subject),
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

  /** The checkpoint that the report is of; undefined where it is not on this machine. */
  get model(): vscode.Uri | undefined {
    const { kind, file } = this.subject;
    return kind === 'checkpoint' ? file : modelOfSaved(this.#report, file);
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

  /** Tells the page what is accepted now. */
  async showAcceptances(): Promise<void> {
    const { accepted } = await this.#acceptances.of(this.#place);
    if (this.#listens) await this.#view.showAcceptances({ accepted });
  }

  /** Where the model lies or would lie. */
  get #place(): string {
    const { kind, file } = this.subject;
    return kind === 'checkpoint' ? file.fsPath : placeOfModel(this.#report, file);
  }

  async #spectrum(
    id: string,
    engine: () => EngineApi,
  ): Promise<{ readonly singularValues: readonly number[] }> {
    const saved = this.#report.layers.find((layer) => layer.id === id)?.singularValues;
    if (saved) return { singularValues: saved };
    return engine().spectrum({ ...this.#inModel(), id });
  }

  /** Where the engine finds what the report has not. Throws an Error with a sentence where the model is away. */
  #inModel(): { readonly file: string; readonly mode: Report['settings']['mode'] } {
    const { model } = this;
    if (!model) throw new Error(this.#modelIsAway());
    return { file: model.fsPath, mode: this.#report.settings.mode };
  }

  #modelIsAway(): string {
    return vscode.l10n.t(
      '{0} is neither beside this report nor where it lay when the report was made. Put it beside the report.',
      path.basename(this.#place),
    );
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
