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

/** The exit code an error stands for; errors that crossed from the engine keep their names. */
export function exitCodeOf(error: Error): number {
  switch (error.name) {
    case 'UsageError':
      return EXIT.usage;
    case 'CheckpointError':
      return EXIT.checkpoint;
    case 'CancelledError':
      return EXIT.cancelled;
    default:
      return EXIT.internal;
  }
}
