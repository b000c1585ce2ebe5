import type { Translate } from './translate.ts';

/** Codes of faults that a person can mend outside VS Code, after which trying again makes sense. */
const MENDABLE: ReadonlySet<string> = new Set([
  'not-found',
  'unreadable',
  'truncated',
  'short-data',
  'external-missing',
  'external-short',
]);

export interface Failure {
  /** A sentence for a person. */
  readonly message: string;
  readonly canTryAgain: boolean;
}

/**
 * What to tell a person about an analysis that failed. A checkpoint's own error already is a sentence;
 * anything else is a fault of ours, and the sentence says that and where to look.
 */
export function failureOf(thrown: unknown, file: string, t: Translate): Failure {
  if (!(thrown instanceof Error))
    return { message: unexpected(String(thrown), file, t), canTryAgain: true };
  const { code } = thrown as { readonly code?: unknown };
  if (thrown.name === 'CheckpointError')
    return {
      message: thrown.message,
      canTryAgain: typeof code === 'string' && MENDABLE.has(code),
    };
  return { message: unexpected(thrown.message, file, t), canTryAgain: true };
}

function unexpected(message: string, file: string, t: Translate): string {
  return t('{0} could not be analyzed: {1}', file, message);
}
