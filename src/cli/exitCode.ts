import { printable } from './textTable.ts';

/** What the process ends with; part of the command line's contract. */
export const EXIT = {
  done: 0,
  findings: 1,
  usage: 2,
  checkpoint: 3,
  internal: 4,
  /** 128 + SIGINT, as shells expect of a cancelled command. */
  cancelled: 130,
} as const;

/** Unusable arguments: the message says which, and what would do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** There is no model where one was said to be. */
export class NoModelError extends Error {
  override readonly name = 'NoModelError';
}

/** The exit code an error stands for; errors that crossed from the engine keep their names. */
export function exitCodeOf(error: Error): number {
  switch (error.name) {
    case 'UsageError':
    case 'TargetError':
    case 'ActionError':
    case 'PlanError':
    case 'SearchError':
    case 'SearchStateError':
      return EXIT.usage;
    case 'CheckpointError':
    case 'NoModelError':
      return EXIT.checkpoint;
    case 'VerifyError':
      return verifyExitCode((error as { code?: string }).code);
    case 'RewriteError':
      return rewriteExitCode((error as { code?: string }).code);
    case 'CancelledError':
      return EXIT.cancelled;
    default:
      return EXIT.internal;
  }
}

/** Of models that could not be compared: whether the arguments are at fault or a model. */
function verifyExitCode(code: string | undefined): number {
  const ofModel = code === 'rejected' || code === 'made-up' || code === 'ended';
  return ofModel ? EXIT.checkpoint : EXIT.usage;
}

/** Of a model that was not written: whether the arguments are at fault, the model, or we. */
function rewriteExitCode(code: string | undefined): number {
  if (code === 'unloadable') return EXIT.internal;
  return code === 'rejected' ? EXIT.checkpoint : EXIT.usage;
}

/** What standard error says of it: one line, and for a fault of ours where it lies. */
export function errorText(error: Error): string {
  const hint = error instanceof UsageError ? ' Try --help.' : '';
  const line = `eigenscope: ${printable(error.message)}${hint}\n`;
  return exitCodeOf(error) === EXIT.internal && error.stack ? `${line}${error.stack}\n` : line;
}
