import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Plan } from '../../core/plan/plan.ts';
import { saveText } from '../panels/saveText.ts';
import { firstPlan, type FirstPlanParts } from './firstPlan.ts';
import { PlanEditor } from './planEditor.ts';
import { modelBeside } from './planModelPlace.ts';

export interface PlanEditorsParts extends FirstPlanParts {
  readonly dist: vscode.Uri;
  /** Keeps where the model of a plan lies that is not beside it. */
  readonly memento: vscode.Memento;
}

const KEY = 'planModels';

/** More plans than anyone keeps away from their models. */
const MOST_PLACES = 50;

/** The editors of plans, one a panel; several may be open on one plan. */
export class PlanEditors {
  readonly #parts: PlanEditorsParts;

  constructor(parts: PlanEditorsParts) {
    this.#parts = parts;
  }

  /** Fills the panel that VS Code has made for that document. */
  resolve(document: vscode.TextDocument, panel: vscode.WebviewPanel): void {
    const { dist, version, sources, log } = this.#parts;
    new PlanEditor(document, panel, {
      dist,
      version,
      sources,
      log,
      saveText,
      firstPlan: (model) => this.firstPlan(model),
      knownPlace: (plan) => this.#places()[plan.toString()],
      askPlace: (plan, model) => this.#askPlace(plan, model),
    });
  }

  firstPlan(model: vscode.Uri): Promise<Plan | undefined> {
    return firstPlan(model, this.#parts);
  }

  /** Where the model of a plan is: where a person has said, else beside it, else asked for. Undefined where nobody says. */
  async modelOf(plan: vscode.Uri, modelFile: string): Promise<string | undefined> {
    const place = this.#places()[plan.toString()] ?? modelBeside(plan.fsPath, modelFile);
    return existsSync(place) ? place : this.#askPlace(plan, place);
  }

  #places(): Readonly<Record<string, string>> {
    const kept = this.#parts.memento.get<unknown>(KEY);
    if (typeof kept !== 'object' || kept === null) return {};
    return Object.fromEntries(
      Object.entries(kept).filter((entry): entry is [string, string] => {
        return typeof entry[1] === 'string';
      }),
    );
  }

  async #askPlace(plan: vscode.Uri, model: string): Promise<string | undefined> {
    const chosen = await vscode.window.showOpenDialog({
      title: vscode.l10n.t('Choose {0}', path.basename(model)),
      openLabel: vscode.l10n.t('Choose'),
      defaultUri: vscode.Uri.joinPath(plan, '..'),
      filters: { ONNX: ['onnx'] },
    });
    const place = chosen?.[0]?.fsPath;
    if (place === undefined) return undefined;
    const others = Object.entries(this.#places()).filter(([key]) => key !== plan.toString());
    const entries = [...others, [plan.toString(), place]].slice(-MOST_PLACES);
    await this.#parts.memento.update(KEY, Object.fromEntries(entries));
    return place;
  }
}
