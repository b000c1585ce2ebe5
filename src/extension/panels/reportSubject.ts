import path from 'node:path';
import * as vscode from 'vscode';

/** What a panel shows the report of: a checkpoint that was analyzed, or a report that was saved as JSON. */
export interface ReportSubject {
  readonly kind: 'checkpoint' | 'saved';
  readonly file: vscode.Uri;
}

const SAVED = 'saved:';

/** The subject as text: the same for the same subject, and kept by VS Code over a restart. */
export function subjectKey({ kind, file }: ReportSubject): string {
  return kind === 'saved' ? `${SAVED}${file.toString()}` : file.toString();
}

/** The subject of that text; undefined where it is none. */
export function subjectOf(key: string): ReportSubject | undefined {
  const saved = key.startsWith(SAVED);
  try {
    const file = vscode.Uri.parse(saved ? key.slice(SAVED.length) : key, true);
    return { kind: saved ? 'saved' : 'checkpoint', file };
  } catch {
    return undefined;
  }
}

/** The title of its panel. */
export function subjectTitle({ kind, file }: ReportSubject): string {
  const name = path.basename(file.fsPath);
  return kind === 'saved'
    ? vscode.l10n.t('Report: {0}', name)
    : vscode.l10n.t('Spectrum: {0}', name);
}
