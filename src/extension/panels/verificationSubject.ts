import path from 'node:path';
import * as vscode from 'vscode';

/** What a panel shows the verification of: two models that were run here, or one that was saved as JSON. */
export type VerificationSubject =
  | { readonly kind: 'run'; readonly a: string; readonly b: string }
  | { readonly kind: 'saved'; readonly file: vscode.Uri };

const RUN = 'run:';
const SAVED = 'saved:';

/** The subject as text: the same for the same subject, and kept by VS Code over a restart. */
export function verificationKey(subject: VerificationSubject): string {
  return subject.kind === 'saved'
    ? `${SAVED}${subject.file.toString()}`
    : `${RUN}${[subject.a, subject.b].map(encodeURIComponent).join(' ')}`;
}

/** The subject of that text; undefined where it is none. */
export function verificationSubject(key: string): VerificationSubject | undefined {
  try {
    if (key.startsWith(SAVED))
      return { kind: 'saved', file: vscode.Uri.parse(key.slice(SAVED.length), true) };
    const [a, b] = key.slice(RUN.length).split(' ').map(decodeURIComponent);
    return key.startsWith(RUN) && a && b ? { kind: 'run', a, b } : undefined;
  } catch {
    return undefined;
  }
}

/** The title of its panel. */
export function verificationTitle(subject: VerificationSubject): string {
  const file = subject.kind === 'saved' ? subject.file.fsPath : subject.b;
  return vscode.l10n.t('Verification: {0}', path.basename(file));
}
