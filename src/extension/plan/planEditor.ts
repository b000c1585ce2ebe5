import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { calibrationChoice } from '../../core/plan/calibrationChoice.ts';
import { parsePlan } from '../../core/plan/parsePlan.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { METHODS_OF } from '../../core/plan/planRequest.ts';
import { planNeeds } from '../../core/plan/planNeeds.ts';
import { storedRequest } from '../../core/plan/storedRequest.ts';
import type { AnalyzeProgress, CallContext } from '../../engine/engineApi.ts';
import type {
  PlanContent,
  PlanFile,
  PlannedModel,
  PlanPanelHost,
  PlanPanelView,
  PlanSource,
  PlanSourceRequest,
} from '../../protocol/planPanelApi.ts';
import { percentDone, progressLine } from '../analysis/progressText.ts';
import { openPlan } from '../commands/openPlan.ts';
import { connectPanel } from '../panels/webviewPanel.ts';
import { askCalibrationInputs, mayRunModel } from './calibrationInputs.ts';
import { planActions } from './planActions.ts';
import { planContent } from './planContent.ts';
import { planEdits } from './planEdits.ts';
import { modelBeside } from './planModelPlace.ts';
import { PlanModelWatch } from './planModelWatch.ts';
import type { PlanSources } from './planSources.ts';
import { resolvedChoice } from './resolvedChoice.ts';

export interface PlanEditorParts {
  readonly dist: vscode.Uri;
  readonly version: string;
  readonly sources: PlanSources;
  readonly log: vscode.LogOutputChannel;
  /** A plan of that model to begin with; undefined where the person has cancelled or it failed. */
  readonly firstPlan: (model: vscode.Uri) => Promise<Plan | undefined>;
  /** The place of the model, where a person has said it; and to ask for it. */
  readonly knownPlace: (plan: vscode.Uri) => string | undefined;
  readonly askPlace: (plan: vscode.Uri, model: string) => Promise<string | undefined>;
  readonly saveText: (beside: vscode.Uri, name: string, text: string) => Promise<void>;
}

/** One panel on one plan's document. The document is the truth: the panel edits it, and follows it. */
export class PlanEditor {
  readonly #document: vscode.TextDocument;
  readonly #parts: PlanEditorParts;
  readonly #view: PlanPanelView;
  readonly #watch: PlanModelWatch;
  /** The page has loaded and listens; it is unloaded when the panel is hidden. */
  #listens = false;
  /** Edits of ours that are not done yet. */
  #writing = 0;
  #last: Promise<unknown> = Promise.resolve();
  /** The content that the page has. */
  #told = '';

  constructor(document: vscode.TextDocument, panel: vscode.WebviewPanel, parts: PlanEditorParts) {
    this.#document = document;
    this.#parts = parts;
    this.#watch = new PlanModelWatch(parts.sources, () => void this.#tell(true));
    const handlers: PlanPanelHost = {
      file: async () => {
        this.#listens = true;
        const file = await this.#file();
        this.#told = JSON.stringify(file.content);
        return file;
      },
      source: (request, { signal, onProgress } = {}) =>
        this.#source(request, {
          ...(signal ? { signal } : {}),
          onProgress: (progress) =>
            onProgress?.({
              percent: percentDone(progress),
              line: progressLine(progress, vscode.l10n.t),
            }),
        }),
      write: ({ plan }) => this.#write(plan),
      chooseInputs: () => askCalibrationInputs(document.uri),
      planAnew: () => this.#planAnew(),
      findModel: async () => {
        const place = await parts.askPlace(document.uri, this.#place());
        if (place !== undefined) await this.#tell(true);
      },
      run: async ({ command }) => {
        const action = planActions(vscode.l10n.t).find((each) => each.command === command);
        if (!action) throw new Error(`A plan has no action '${command}'.`);
        if (action.readsFile && document.isDirty) await document.save();
        await vscode.commands.executeCommand(action.command, document.uri);
      },
      openText: async ({ line }) => {
        await openPlan('text', [document.uri]);
        const at = new vscode.Position(Math.max(0, line - 1), 0);
        await vscode.window.showTextDocument(document, { selection: new vscode.Range(at, at) });
      },
      save: ({ name, text }) => parts.saveText(document.uri, name, text),
    };
    this.#view = connectPanel<PlanPanelView>(panel, parts.dist, {
      name: 'plan',
      title: path.basename(document.uri.fsPath),
      restore: '',
      handlers,
    }).remote;
    const changes = vscode.workspace.onDidChangeTextDocument((event) => {
      const isOurs = event.document.uri.toString() === document.uri.toString();
      if (isOurs && event.contentChanges.length > 0) void this.#tell(false);
    });
    panel.onDidChangeViewState(() => {
      if (!panel.visible) this.#listens = false;
    });
    panel.onDidDispose(() => {
      this.#listens = false;
      changes.dispose();
      this.#watch.dispose();
    });
  }

  get #name(): string {
    return path.basename(this.#document.uri.fsPath);
  }

  #content(): PlanContent {
    return planContent(this.#document.getText(), this.#name);
  }

  /** Where the model lies or would lie. */
  #place(content: PlanContent = this.#content()): string {
    const { uri } = this.#document;
    return this.#parts.knownPlace(uri) ?? modelOf(uri, content);
  }

  async #file(): Promise<PlanFile> {
    const content = this.#content();
    return {
      name: this.#name,
      version: this.#parts.version,
      content,
      ...(await this.#modelState(content)),
      actions: planActions(vscode.l10n.t),
    };
  }

  async #modelState(
    content: PlanContent,
  ): Promise<{ readonly model: PlannedModel; readonly atHand: boolean }> {
    if (content.kind !== 'plan') return { model: { state: 'unknown', reason: '' }, atHand: false };
    const { plan } = content;
    const place = this.#place(content);
    const { axis, settings } = storedRequest(plan);
    const needs = planNeeds(axis, METHODS_OF[axis], settings);
    const choice = calibrationChoice(plan.calibration);
    const known = await this.#parts.sources.atHand(place, {
      needs,
      ...(choice ? { calibrate: resolvedChoice(choice, this.#document.uri.fsPath) } : {}),
    });
    return {
      model: await this.#watch.state(place, plan.model.sha256),
      atHand: known !== undefined,
    };
  }

  /** What plans are made from; inputs go by the names that the page has for them. */
  async #source(
    { needs, calibrate }: PlanSourceRequest,
    context: CallContext<AnalyzeProgress>,
  ): Promise<PlanSource> {
    const { sources } = this.#parts;
    if (!calibrate) return sources.get(this.#place(), { needs }, context);
    if (!mayRunModel())
      throw new Error(
        vscode.l10n.t(
          'This plan goes by inputs, for which the model is run. Trust the workspace to do that.',
        ),
      );
    const resolved = resolvedChoice(calibrate, this.#document.uri.fsPath);
    const found = await sources.get(this.#place(), { needs, calibrate: resolved }, context);
    return found.calibration
      ? { ...found, calibration: { ...found.calibration, sources: [...calibrate.sources] } }
      : found;
  }

  /** Tells the page what the file and its model are now, unless it is what the page has put there itself. */
  async #tell(always: boolean): Promise<void> {
    if (this.#writing > 0 || !this.#listens) return;
    if (!always && JSON.stringify(this.#content()) === this.#told) return;
    const file = await this.#file();
    if (this.#writing > 0) return;
    this.#told = JSON.stringify(file.content);
    try {
      await this.#view.showFile({ file });
    } catch (error) {
      this.#parts.log.warn(`A plan panel could not show its file: ${String(error)}`);
    }
  }

  /** One after the other, each as one step that can be undone. */
  #write(plan: Plan): Promise<void> {
    // What comes from a page is checked as what comes from a file.
    const checked = parsePlan(JSON.stringify(plan), this.#name);
    const before = this.#content();
    // What is said of the model is said of the one that the plan names.
    const isOther = before.kind !== 'plan' || before.plan.model.sha256 !== checked.model.sha256;
    this.#told = JSON.stringify({ kind: 'plan', plan: checked } satisfies PlanContent);
    this.#writing++;
    const done = this.#last.then(() => this.#apply(checked));
    this.#last = done
      .catch(() => undefined)
      .then(() => {
        this.#writing--;
        return this.#tell(isOther);
      });
    return done;
  }

  async #apply(plan: Plan): Promise<void> {
    const document = this.#document;
    const edit = new vscode.WorkspaceEdit();
    for (const { offset, length, text } of planEdits(document.getText(), plan)) {
      const from = document.positionAt(offset);
      const to = document.positionAt(offset + length);
      edit.replace(document.uri, new vscode.Range(from, to), text);
    }
    if (edit.size === 0) return;
    if (!(await vscode.workspace.applyEdit(edit)))
      throw new Error(
        vscode.l10n.t('{0} could not be written; see whether it may be changed.', this.#name),
      );
  }

  async #planAnew(): Promise<void> {
    const place = this.#place();
    const { uri } = this.#document;
    const model = existsSync(place) ? place : await this.#parts.askPlace(uri, place);
    if (model === undefined) return;
    const plan = await this.#parts.firstPlan(vscode.Uri.file(model));
    if (!plan) return;
    await this.#write(plan);
  }
}

/** The model that a plan names; of a file that holds no plan the one of its own name. */
function modelOf({ fsPath }: vscode.Uri, content: PlanContent): string {
  const own = `${path.basename(fsPath).replace(/(-\d+)?\.eigenplan\.json$/i, '')}.onnx`;
  return modelBeside(fsPath, content.kind === 'plan' ? content.plan.model.file : own);
}
