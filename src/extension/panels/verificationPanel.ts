import * as vscode from 'vscode';
import type {
  ShownVerification,
  VerificationPanelHost,
  VerificationPanelView,
} from '../../protocol/verificationPanelApi.ts';
import { saveText } from './saveText.ts';
import {
  verificationKey,
  verificationTitle,
  type VerificationSubject,
} from './verificationSubject.ts';
import { connectPanel } from './webviewPanel.ts';

export interface VerificationPanelParts {
  readonly extension: vscode.Uri;
  readonly dist: vscode.Uri;
  /** Verifies the models of the subject once more. */
  readonly again: (subject: VerificationSubject, shown: ShownVerification) => Promise<void>;
}

/** One verification beside the code. */
export class VerificationPanel {
  readonly panel: vscode.WebviewPanel;
  readonly #view: VerificationPanelView;
  #shown: ShownVerification;
  /** The page has loaded and listens; it is unloaded when the panel is hidden. */
  #listens = false;

  constructor(
    panel: vscode.WebviewPanel,
    subject: VerificationSubject,
    shown: ShownVerification,
    { extension, dist, again }: VerificationPanelParts,
  ) {
    this.panel = panel;
    this.#shown = shown;
    const beside = subject.kind === 'saved' ? subject.file : vscode.Uri.file(subject.b);
    const handlers: VerificationPanelHost = {
      verification: () => {
        this.#listens = true;
        return Promise.resolve(this.#shown);
      },
      save: ({ name, text }) => saveText(beside, name, text),
      verifyAgain: () => again(subject, this.#shown),
    };
    this.#view = connectPanel<VerificationPanelView>(panel, dist, {
      name: 'verification',
      title: verificationTitle(subject),
      restore: verificationKey(subject),
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

  /** Puts another verification in the page. */
  async show(shown: ShownVerification): Promise<void> {
    this.#shown = shown;
    if (this.#listens) await this.#view.showVerification(shown);
  }
}
