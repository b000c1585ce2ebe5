import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { connect, type Connection } from '../../protocol/rpc.ts';
import { panelHtml } from './panelHtml.ts';

/** What differs from panel to panel. */
export interface PanelSpec {
  /** Names of `dist/webview/<name>.js` and `.css`. */
  readonly name: string;
  readonly title: string;
  /** Handed to the serializer when VS Code restores the panel. */
  readonly restore: string;
  /** What the page may call. */
  readonly handlers: object;
}

/** The options every panel is created with: scripts, and files from the built webview alone. */
export function panelOptions(dist: vscode.Uri): vscode.WebviewPanelOptions & vscode.WebviewOptions {
  return {
    enableScripts: true,
    enableFindWidget: true,
    localResourceRoots: [vscode.Uri.joinPath(dist, 'webview')],
  };
}

/** What `restore` was when the panel was made, from the state that VS Code kept; undefined if there is none. */
export function restoredFrom(state: unknown): string | undefined {
  if (typeof state !== 'object' || state === null) return undefined;
  const { restore } = state as { restore?: unknown };
  return typeof restore === 'string' ? restore : undefined;
}

/** Gives the panel its page and connects it; all of it ends with the panel. Returns the calls the page answers. */
export function connectPanel<View extends object>(
  panel: vscode.WebviewPanel,
  dist: vscode.Uri,
  spec: PanelSpec,
): Connection<View> {
  const { webview } = panel;
  webview.options = panelOptions(dist);
  const address = (file: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(dist, 'webview', file)).toString();
  const connection = connect<View>(
    {
      post: (message) => void webview.postMessage(message),
      onMessage: (listener) => {
        const subscription = webview.onDidReceiveMessage(listener);
        return () => void subscription.dispose();
      },
    },
    spec.handlers,
  );
  panel.onDidDispose(() => connection.dispose('The panel was closed.'));
  panel.title = spec.title;
  webview.html = panelHtml({
    title: spec.title,
    language: vscode.env.language,
    script: address(`${spec.name}.js`),
    style: address(`${spec.name}.css`),
    cspSource: webview.cspSource,
    nonce: randomBytes(16).toString('base64'),
    restore: spec.restore,
    messages: vscode.l10n.bundle ?? {},
  });
  return connection;
}
