import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { parseVerification } from '../../core/report/verification/parseVerification.ts';
import type { Verification } from '../../core/report/verification/verification.ts';
import type { ShownVerification } from '../../protocol/verificationPanelApi.ts';
import { VERIFICATION_VIEW_TYPE } from '../commandIds.ts';
import type { AppliedPlans } from '../compression/appliedPlans.ts';
import type { KeptTexts } from '../compression/keptTexts.ts';
import { plainMessage } from '../plainMessage.ts';
import { placesOfModel, readSavedText } from './savedReport.ts';
import { VerificationPanel, type VerificationPanelParts } from './verificationPanel.ts';
import {
  verificationKey,
  verificationSubject,
  type VerificationSubject,
} from './verificationSubject.ts';
import { panelOptions, restoredFrom } from './webviewPanel.ts';

type ModelPair = Pick<VerificationSubject & { kind: 'run' }, 'a' | 'b'>;

export interface VerificationPanelsParts extends Pick<
  VerificationPanelParts,
  'extension' | 'dist'
> {
  readonly applied: AppliedPlans;
  /** The last verification of each pair of models. */
  readonly texts: KeptTexts;
  readonly verify: (pair: ModelPair) => Promise<void>;
  readonly log: vscode.LogOutputChannel;
}

/** The open verification panels, one a pair of models or saved verification. */
export class VerificationPanels {
  readonly #panels = new Map<string, VerificationPanel>();
  readonly #parts: VerificationPanelsParts;

  constructor(parts: VerificationPanelsParts) {
    this.#parts = parts;
  }

  /** Shows what was found of two models, in their panel or in a new one beside the code. */
  async show({ a, b }: ModelPair, verification: Verification): Promise<void> {
    const subject: VerificationSubject = { kind: 'run', a, b };
    await this.#parts.texts.put(verificationKey(subject), JSON.stringify(verification));
    await this.#show(subject, await this.#shown(verification, b));
  }

  /** Shows a verification that was saved as JSON. Throws an Error with a sentence where the file is none. */
  async showSaved(file: vscode.Uri): Promise<void> {
    await this.#show({ kind: 'saved', file }, await this.#saved(file));
  }

  /** Fills a panel that VS Code kept over a restart, or closes it. */
  async restore(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const subject = verificationSubject(restoredFrom(state) ?? '');
    try {
      const shown = subject && (await this.#kept(subject));
      if (subject && shown) {
        this.#host(panel, subject, shown);
        return;
      }
      this.#parts.log.warn(`Nothing is kept of what the panel '${panel.title}' showed.`);
    } catch (error) {
      this.#parts.log.warn((error as Error).message);
    }
    panel.dispose();
  }

  async #kept(subject: VerificationSubject): Promise<ShownVerification | undefined> {
    if (subject.kind === 'saved') return this.#saved(subject.file);
    const text = await this.#parts.texts.get(verificationKey(subject));
    if (text === undefined) return undefined;
    return this.#shown(parseVerification(text, path.basename(subject.b)), subject.b);
  }

  async #saved(file: vscode.Uri): Promise<ShownVerification> {
    const name = vscode.workspace.asRelativePath(file);
    const verification = parseVerification(await readSavedText(file), name);
    return this.#shown(verification, placeOf(verification.b.file, file));
  }

  async #shown(
    verification: Verification,
    compressed: string | undefined,
  ): Promise<ShownVerification> {
    const applied = compressed === undefined ? undefined : await this.#parts.applied.of(compressed);
    return { verification, applied: applied ?? null };
  }

  async #show(subject: VerificationSubject, shown: ShownVerification): Promise<void> {
    const open = this.#panels.get(verificationKey(subject));
    if (open) {
      open.panel.reveal();
      await open.show(shown);
      return;
    }
    const viewColumn = this.#column();
    const options = panelOptions(this.#parts.dist);
    this.#host(
      vscode.window.createWebviewPanel(VERIFICATION_VIEW_TYPE, '', viewColumn, options),
      subject,
      shown,
    );
  }

  /** Where other verifications are; else beside the code, unless there is none. */
  #column(): vscode.ViewColumn {
    const open = [...this.#panels.values()].find(({ panel }) => panel.viewColumn !== undefined);
    if (open?.panel.viewColumn !== undefined) return open.panel.viewColumn;
    const empty = vscode.window.tabGroups.activeTabGroup.tabs.length === 0;
    return empty ? vscode.ViewColumn.Active : vscode.ViewColumn.Beside;
  }

  #host(panel: vscode.WebviewPanel, subject: VerificationSubject, shown: ShownVerification): void {
    const { extension, dist } = this.#parts;
    const again = (...of: Parameters<VerificationPanelParts['again']>): Promise<void> =>
      this.#again(...of);
    const key = verificationKey(subject);
    this.#panels.set(key, new VerificationPanel(panel, subject, shown, { extension, dist, again }));
    panel.onDidDispose(() => this.#panels.delete(key));
  }

  async #again(subject: VerificationSubject, { verification }: ShownVerification): Promise<void> {
    const { verify } = this.#parts;
    if (subject.kind === 'run') return verify(subject);
    const [a, b] = [verification.a, verification.b].map(({ file }) => placeOf(file, subject.file));
    if (a !== undefined && b !== undefined) return verify({ a, b });
    const away = a === undefined ? verification.a.file : verification.b.file;
    void vscode.window.showInformationMessage(
      plainMessage(
        vscode.l10n.t(
          '{0} is neither beside this verification nor where it lay when it was made. Put it beside the file.',
          away.split(/[/\\]/).at(-1) ?? away,
        ),
      ),
    );
  }
}

/** Where a model that a saved verification names is on this machine. */
function placeOf(model: string, verification: vscode.Uri): string | undefined {
  return placesOfModel(model, verification).find((place) => existsSync(place));
}
