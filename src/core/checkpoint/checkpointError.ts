/** Why a checkpoint could not be read. */
export type CheckpointErrorCode =
  | 'not-found'
  | 'not-a-file'
  | 'unreadable'
  | 'empty'
  | 'wrong-format'
  | 'truncated'
  | 'malformed'
  | 'limit-exceeded'
  | 'short-data'
  | 'external-missing'
  | 'external-outside'
  | 'external-short'
  | 'unsupported';

/** Where in the checkpoint the fault lies; each part is there only where it is known. */
export interface CheckpointErrorPlace {
  readonly file: string;
  readonly tensor?: string;
  /** The protobuf field path, such as `graph.initializer[3].raw_data`. */
  readonly field?: string;
  /** Byte offset in the file. */
  readonly offset?: number;
}

/**
 * A checkpoint that is damaged, hostile, or not one at all. The message is a whole sentence for a
 * person: it names the file, the tensor or field, the value found, the value expected, and what to do.
 */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';

  constructor(
    readonly code: CheckpointErrorCode,
    message: string,
    readonly place: CheckpointErrorPlace,
  ) {
    super(message);
  }
}
