import * as vscode from 'vscode';

const PATTERN = '**/*.onnx';
const EXCLUDED = '**/node_modules/**';
/** A workspace with more checkpoints than this is searched no further: a tree of them helps nobody. */
const MOST_FILES = 1000;

/** The checkpoints of the workspace, in the order of their paths. files.exclude is respected. */
export async function findCheckpoints(): Promise<readonly vscode.Uri[]> {
  const found = await vscode.workspace.findFiles(PATTERN, EXCLUDED, MOST_FILES);
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * The checkpoints of the workspace, kept up to date from the first time they are asked for. Nothing is
 * searched or watched before that.
 */
export class CheckpointFiles implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #subscriptions: { dispose(): unknown }[] = [this.#changed];
  #files: Promise<readonly vscode.Uri[]> | undefined;
  #watching = false;

  /** Files came, went or changed. */
  readonly onDidChange = this.#changed.event;

  list(): Promise<readonly vscode.Uri[]> {
    this.#watch();
    this.#files ??= findCheckpoints();
    return this.#files;
  }

  /** Searches again. */
  refresh(): void {
    this.#files = undefined;
    this.#changed.fire(undefined);
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  /**
   * A checkpoint that is being written changes many times a second; the list stays the same, unless the file is
   * not in it: one that is replaced at once is told of as changed, also where nobody told that it came.
   */
  async #fileChanged(file: vscode.Uri): Promise<void> {
    const files = (await this.#files) ?? [];
    const isListed = files.some((each) => each.toString() === file.toString());
    if (isListed || files.length >= MOST_FILES) this.#changed.fire(undefined);
    else this.refresh();
  }

  #watch(): void {
    if (this.#watching) return;
    this.#watching = true;
    const watcher = vscode.workspace.createFileSystemWatcher(PATTERN);
    const refresh = (): void => this.refresh();
    this.#subscriptions.push(
      watcher,
      watcher.onDidCreate(refresh),
      watcher.onDidDelete(refresh),
      watcher.onDidChange((file) => void this.#fileChanged(file)),
      vscode.workspace.onDidChangeWorkspaceFolders(refresh),
    );
  }
}
