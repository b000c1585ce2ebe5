import { open } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { REPORT_SCHEMA } from '../../core/report/report.ts';
import { VERIFICATION_SCHEMA } from '../../core/report/verification/verification.ts';
import { plainMessage } from '../plainMessage.ts';
import { checkpointArguments } from './checkpointArguments.ts';
import type { CommandParts } from './commandTable.ts';

/** How reports are called: by a word in the name, or after their model as the command line does. */
const PATTERN = '**/{*[rR]eport*,*[vV]erif*,*.onnx}.json';
const MOST_FILES = 200;

/** The schema is the first field of a report that we write. */
const HEAD_BYTES = 512;

/** Opens reports that were saved as JSON: those that a menu names, else one that is chosen. */
export async function openReport(parts: CommandParts, args: readonly unknown[]): Promise<void> {
  const given = checkpointArguments(args, '.json');
  const [picked] = given.length > 0 ? [] : [await pick()];
  await openReports(parts, picked ? [picked] : given);
}

/** Shows each saved report or verification in a panel, or says in a sentence why it is none. */
export async function openReports(
  { panels, verifications, log }: Pick<CommandParts, 'panels' | 'verifications' | 'log'>,
  files: readonly vscode.Uri[],
): Promise<void> {
  for (const file of files) {
    try {
      await ((await schemaOf(file)) === VERIFICATION_SCHEMA ? verifications : panels).showSaved(
        file,
      );
    } catch (error) {
      const { message } = error as Error;
      log.error(`${file.fsPath}: ${message}`);
      // What a hostile file names its fields can be long.
      void vscode.window.showErrorMessage(plainMessage(message.slice(0, MOST_TEXT)));
    }
  }
}

const MOST_TEXT = 400;

interface ReportItem extends vscode.QuickPickItem {
  /** Undefined for Browse. */
  readonly uri?: vscode.Uri;
}

async function pick(): Promise<vscode.Uri | undefined> {
  const picked = await vscode.window.showQuickPick<ReportItem>(reportItems(), {
    title: vscode.l10n.t('Open Report'),
    placeHolder: vscode.l10n.t('Choose a report that was saved as JSON'),
    matchOnDescription: true,
  });
  if (!picked) return undefined;
  return picked.uri ?? browse();
}

async function reportItems(): Promise<ReportItem[]> {
  const found = await vscode.workspace.findFiles(PATTERN, '**/node_modules/**', MOST_FILES);
  found.sort((a, b) => (a.path < b.path ? -1 : 1));
  const reports = await Promise.all(found.map(async (uri) => ((await schemaOf(uri)) ? [uri] : [])));
  const items = reports.flat().map((uri) => {
    const folder = path.dirname(vscode.workspace.asRelativePath(uri));
    return {
      label: path.basename(uri.fsPath),
      ...(folder === '.' ? {} : { description: folder }),
      iconPath: new vscode.ThemeIcon('json'),
      uri,
    };
  });
  const separator = { label: '', kind: vscode.QuickPickItemKind.Separator };
  const browseItem = {
    label: vscode.l10n.t('Browse...'),
    iconPath: new vscode.ThemeIcon('folder-opened'),
    alwaysShow: true,
  };
  return [...items, ...(items.length > 0 ? [separator] : []), browseItem];
}

/** Which of our schemas the head of the file names; the whole of it is checked when it is opened. */
async function schemaOf(uri: vscode.Uri): Promise<string | undefined> {
  if (uri.scheme !== 'file') return REPORT_SCHEMA;
  try {
    const handle = await open(uri.fsPath);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
      const head = buffer.toString('utf8', 0, bytesRead);
      return [REPORT_SCHEMA, VERIFICATION_SCHEMA].find((schema) => head.includes(`"${schema}"`));
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
}

async function browse(): Promise<vscode.Uri | undefined> {
  const chosen = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Choose a report that was saved as JSON'),
    openLabel: vscode.l10n.t('Open Report'),
    filters: { JSON: ['json'] },
  });
  return chosen?.[0];
}
