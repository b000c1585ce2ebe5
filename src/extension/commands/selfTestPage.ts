import * as vscode from 'vscode';
import { selfTestText } from '../../core/report/selfTestText.ts';
import type { EngineClient } from '../../engine/client.ts';
import type { Config } from '../config.ts';

const SCHEME = 'eigenscope-self-test';

/** A read-only page that says what this machine has to compute on, and what is used of it. */
export class SelfTestPage implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;
  readonly #registration: vscode.Disposable;
  #text = '';

  constructor(
    private readonly engine: () => EngineClient,
    private readonly config: Config,
  ) {
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  }

  provideTextDocumentContent(): string {
    return this.#text;
  }

  /** Runs the self-test of the device that the settings name, and shows what it says. */
  async show(): Promise<void> {
    const { device } = this.config;
    const report = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: vscode.l10n.t('Testing the compute device'),
      },
      () => this.engine().selfTest({ device }),
    );
    this.#text = selfTestText(report);
    const uri = vscode.Uri.from({ scheme: SCHEME, path: '/Compute self-test.md' });
    this.#changed.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: true });
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }
}
