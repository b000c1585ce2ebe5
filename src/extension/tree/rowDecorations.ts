import * as vscode from 'vscode';
import type { Look } from './checkpointLook.ts';

/** Of addresses that only rows of the sidebar have, so that no file in the explorer is decorated too. */
const SCHEME = 'eigenscope-row';

/** The address of a row from which its decoration is read; undefined where it has none. */
export function rowUri(id: string, { badge, colour, faded }: Look): vscode.Uri | undefined {
  if (badge === undefined && faded !== true) return undefined;
  const query = JSON.stringify({ badge, colour });
  return vscode.Uri.from({ scheme: SCHEME, path: '/row', query, fragment: id });
}

/** Badges and colours of the sidebar's rows; each is in the address of its row. */
export const rowDecorations: vscode.FileDecorationProvider = {
  provideFileDecoration({ scheme, query }) {
    if (scheme !== SCHEME) return undefined;
    const { badge, colour } = JSON.parse(query) as { badge?: string; colour?: string };
    return new vscode.FileDecoration(
      badge,
      undefined,
      colour === undefined ? undefined : new vscode.ThemeColor(colour),
    );
  },
};
