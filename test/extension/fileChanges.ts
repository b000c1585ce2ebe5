import * as vscode from 'vscode';
import { until } from './extensionUnderTest.ts';

const LONG_MS = 10_000;

/**
 * What VS Code tells of files. Its server watches by native modules; where these do not start, which happens on
 * a busy machine, it tells nothing at all, and a person who misses a file refreshes the list.
 */
export class FileChanges implements vscode.Disposable {
  readonly #watcher: vscode.FileSystemWatcher;
  #told = false;

  constructor(pattern: string) {
    this.#watcher = vscode.workspace.createFileSystemWatcher(pattern);
    const told = (): void => {
      this.#told = true;
    };
    this.#watcher.onDidCreate(told);
    this.#watcher.onDidChange(told);
    this.#watcher.onDidDelete(told);
  }

  /** Resolves when VS Code has told of a change since the last call; refreshes the list where it does not. */
  async toldOrRefreshed(): Promise<void> {
    const begun = performance.now();
    await until(() => this.#told || performance.now() - begun > LONG_MS);
    if (!this.#told) await vscode.commands.executeCommand('eigenscope.refresh');
    this.#told = false;
  }

  dispose(): void {
    this.#watcher.dispose();
  }
}
