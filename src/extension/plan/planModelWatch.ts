import { stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { PlannedModel } from '../../protocol/planPanelApi.ts';
import type { PlanSources } from './planSources.ts';

/** To hash a larger file takes longer than a person waits for a panel; it is hashed when its spectra are loaded. */
const MOST_HASHED_BYTES = 2 ** 28;

/** Says whether the model of a plan is the one that it was made for, and when that may have changed. */
export class PlanModelWatch implements vscode.Disposable {
  readonly #sources: PlanSources;
  readonly #onChange: () => void;
  #watched = '';
  #watcher: vscode.FileSystemWatcher | undefined;

  constructor(sources: PlanSources, onChange: () => void) {
    this.#sources = sources;
    this.#onChange = onChange;
  }

  async state(place: string, sha256: string): Promise<PlannedModel> {
    this.#watch(place);
    const found = await stat(place).catch(() => undefined);
    if (!found?.isFile()) return { state: 'missing', place };
    if (found.size > MOST_HASHED_BYTES) return { state: 'unknown', reason: '' };
    try {
      const model = await this.#sources.model(place);
      return model.sha256 === sha256 ? { state: 'same' } : { state: 'changed', place };
    } catch (error) {
      return { state: 'unknown', reason: (error as Error).message };
    }
  }

  dispose(): void {
    this.#watcher?.dispose();
  }

  #watch(place: string): void {
    if (this.#watched === place) return;
    this.#watcher?.dispose();
    this.#watched = place;
    const folder = vscode.Uri.file(path.dirname(place));
    // In a name that is read as a pattern the signs of patterns stand for any one character.
    const name = path.basename(place).replace(/[*?[\]{},!]/g, '?');
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(folder, name),
    );
    watcher.onDidCreate(this.#onChange);
    watcher.onDidChange(this.#onChange);
    watcher.onDidDelete(this.#onChange);
    this.#watcher = watcher;
  }
}
