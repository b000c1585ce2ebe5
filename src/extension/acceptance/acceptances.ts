import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { ACCEPTANCE_FILE, parseAcceptance, type Acceptance } from '../../core/report/acceptance.ts';
import { acceptanceFolders } from '../../core/report/acceptanceFolders.ts';
import { acceptedEntry } from '../../core/report/acceptedEntry.ts';
import type { AcceptRequest } from '../../protocol/reportPanelApi.ts';
import { plainMessage } from '../plainMessage.ts';
import { acceptanceEdit, newAcceptanceText } from './acceptanceEdit.ts';

/** Far above any list that people write, low enough that no file keeps the extension host busy. */
const MOST_BYTES = 2 ** 20;

const NOTHING: Acceptance = { accepted: [] };

/**
 * The accepted findings of `eigenscope.json`, as the command line reads them: of the nearest file up to the
 * root of the repository. What stands unsaved in an editor counts. A file that cannot be read accepts nothing,
 * which the person is told once.
 */
export class Acceptances implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #subscriptions: { dispose(): unknown }[] = [this.#changed];
  readonly #known = new Map<string, Promise<Acceptance>>();
  readonly #told = new Map<string, string>();
  readonly #log: vscode.LogOutputChannel;
  #watching = false;

  /** Some list of accepted findings is another. */
  readonly onDidChange = this.#changed.event;

  constructor(log: vscode.LogOutputChannel) {
    this.#log = log;
  }

  /** What holds for the model at that absolute path, be it there or not. */
  of(model: string): Promise<Acceptance> {
    this.#watch();
    let known = this.#known.get(model);
    if (!known) {
      known = this.#read(acceptanceFile(model));
      this.#known.set(model, known);
    }
    return known;
  }

  /**
   * Writes the finding into the file that holds for the model, so that it can be undone; where there is
   * none, into a new one, if the person agrees. Throws AcceptanceError for a file that is no such list, and
   * an Error where it cannot be written.
   */
  async accept(model: string, { layer, code, reason }: AcceptRequest): Promise<void> {
    const entry = acceptedEntry(layer, code, reason.trim());
    // What comes from a page is checked as what comes from a file.
    parseAcceptance(newAcceptanceText(entry), ACCEPTANCE_FILE);
    const file = acceptanceFile(model);
    const edit = new vscode.WorkspaceEdit();
    if (file === undefined) {
      const uri = this.#newFile(model);
      if (!(await agreed(uri))) return;
      const contents = new TextEncoder().encode(newAcceptanceText(entry));
      edit.createFile(uri, { contents, overwrite: false });
      await applied(edit, uri);
    } else {
      const document = await vscode.workspace.openTextDocument(vscode.Uri.file(file));
      const { isDirty, uri } = document;
      const name = vscode.workspace.asRelativePath(uri);
      const { offset, length, text } = acceptanceEdit(document.getText(), name, entry);
      const range = new vscode.Range(
        document.positionAt(offset),
        document.positionAt(offset + length),
      );
      edit.replace(uri, range, text);
      await applied(edit, uri);
      // What was unsaved before is the person's to save.
      if (!isDirty && !(await document.save())) throw new Error(notWritten(uri));
    }
    this.#forget();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  /** In the workspace folder where a file there would hold for the model, else at the root of its repository. */
  #newFile(model: string): vscode.Uri {
    const folders = foldersOf(model);
    const workspace = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(model))?.uri.fsPath;
    const folder = folders.find((each) => each === workspace) ?? folders.at(-1)!;
    return vscode.Uri.file(path.join(folder, ACCEPTANCE_FILE));
  }

  async #read(file: string | undefined): Promise<Acceptance> {
    if (file === undefined) return NOTHING;
    const uri = vscode.Uri.file(file);
    try {
      const text = await textOf(uri);
      const read = parseAcceptance(text, vscode.workspace.asRelativePath(uri));
      this.#told.delete(file);
      return read;
    } catch (error) {
      this.#tell(uri, (error as Error).message);
      return NOTHING;
    }
  }

  /** Once for each fault of a file: it is read whenever something is shown. */
  #tell(uri: vscode.Uri, fault: string): void {
    if (this.#told.get(uri.fsPath) === fault) return;
    this.#told.set(uri.fsPath, fault);
    this.#log.warn(`${uri.fsPath}: ${fault}`);
    const open = vscode.l10n.t('Open File');
    const message = vscode.l10n.t('No finding counts as accepted: {0}', fault);
    void vscode.window.showWarningMessage(plainMessage(message), open).then((answer) => {
      if (answer === open) void vscode.window.showTextDocument(uri);
    });
  }

  #watch(): void {
    if (this.#watching) return;
    this.#watching = true;
    const watcher = vscode.workspace.createFileSystemWatcher(`**/${ACCEPTANCE_FILE}`);
    const forget = (): void => this.#forget();
    const forgetDocument = ({ uri }: vscode.TextDocument): void => {
      if (path.basename(uri.fsPath) === ACCEPTANCE_FILE) forget();
    };
    this.#subscriptions.push(
      watcher,
      watcher.onDidCreate(forget),
      watcher.onDidChange(forget),
      watcher.onDidDelete(forget),
      vscode.workspace.onDidChangeTextDocument(({ document }) => forgetDocument(document)),
      vscode.workspace.onDidCloseTextDocument(forgetDocument),
    );
  }

  #forget(): void {
    this.#known.clear();
    this.#changed.fire(undefined);
  }
}

function foldersOf(model: string): readonly string[] {
  return acceptanceFolders(path.dirname(model), {
    above: (folder) => path.dirname(folder),
    // A file instead of a folder in a worktree and in a submodule.
    isRepository: (folder) => existsSync(path.join(folder, '.git')),
  });
}

function acceptanceFile(model: string): string | undefined {
  return foldersOf(model)
    .map((folder) => path.join(folder, ACCEPTANCE_FILE))
    .find((each) => existsSync(each));
}

async function textOf(uri: vscode.Uri): Promise<string> {
  const open = vscode.workspace.textDocuments.find(
    (document) => document.uri.toString() === uri.toString(),
  );
  if (open) return open.getText();
  const { size } = await stat(uri.fsPath);
  if (size > MOST_BYTES)
    throw new Error(
      `${vscode.workspace.asRelativePath(uri)} has ${size} bytes; a list of accepted findings has at most ${MOST_BYTES}.`,
    );
  return readFile(uri.fsPath, 'utf8');
}

async function agreed(uri: vscode.Uri): Promise<boolean> {
  const create = vscode.l10n.t('Create File');
  const answer = await vscode.window.showInformationMessage(
    vscode.l10n.t('Create {0}?', ACCEPTANCE_FILE),
    {
      modal: true,
      detail: vscode.l10n.t(
        '{0} keeps the findings that are accepted, each with its reason. Commit it, and pipelines accept them too.',
        uri.fsPath,
      ),
    },
    create,
  );
  return answer === create;
}

async function applied(edit: vscode.WorkspaceEdit, uri: vscode.Uri): Promise<void> {
  if (!(await vscode.workspace.applyEdit(edit))) throw new Error(notWritten(uri));
}

function notWritten(uri: vscode.Uri): string {
  return vscode.l10n.t(
    '{0} could not be written; see whether it may be changed.',
    vscode.workspace.asRelativePath(uri),
  );
}
