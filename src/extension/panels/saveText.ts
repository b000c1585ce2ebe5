import path from 'node:path';
import * as vscode from 'vscode';

/** Asks where to save a text that a page offers, beside that file first, and writes it there. */
export async function saveText(beside: vscode.Uri, name: string, text: string): Promise<void> {
  // The name comes from a page that shows names from the file: only its last part counts.
  const defaultUri = vscode.Uri.joinPath(beside, '..', path.basename(name));
  const target = await vscode.window.showSaveDialog({ defaultUri });
  if (target) await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text));
}
