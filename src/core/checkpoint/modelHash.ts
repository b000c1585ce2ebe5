import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Checkpoint } from './checkpoint.ts';
import { CheckpointError } from './checkpointError.ts';

/** Every file of a checkpoint: the model's own first, then those of its external data, by name. */
export function modelFiles({ file, externalFiles = [] }: Checkpoint): readonly string[] {
  const beside = externalFiles.map((each) => each.file);
  return [file, ...beside.sort((a, b) => (path.basename(a) < path.basename(b) ? -1 : 1))];
}

/** Bytes of all files of a checkpoint. */
export function modelBytes({ bytes, externalFiles = [] }: Checkpoint): number {
  return externalFiles.reduce((total, each) => total + each.bytes, bytes);
}

/**
 * SHA-256 of a checkpoint, lower-case hexadecimal: of its file's bytes, followed by those of its external data
 * in the order of their names. Of a model that is one file it is the file's own. Throws CheckpointError
 * where a file cannot be read, and what the signal aborts with.
 */
export async function modelHash(checkpoint: Checkpoint, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for (const file of modelFiles(checkpoint)) {
    try {
      for await (const chunk of fs.createReadStream(file, { signal })) hash.update(chunk as Buffer);
    } catch (error) {
      signal?.throwIfAborted();
      const reason = (error as Error).message;
      throw new CheckpointError('unreadable', `${file} could not be read (${reason}).`, { file });
    }
  }
  return hash.digest('hex');
}
