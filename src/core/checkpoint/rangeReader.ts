import fs from 'node:fs';
import { CheckpointError } from './checkpointError.ts';

/**
 * A file of which only the asked ranges are ever read. Synchronous: it serves a short pass over the
 * structure, and workers that do nothing else meanwhile.
 */
export interface RangeReader {
  /** The path it was opened by. */
  readonly file: string;
  /** Bytes of the file when it was opened. */
  readonly size: number;
  /** Fills `target` from `offset` on. Throws CheckpointError where the file ends before `target` is full. */
  read(offset: number, target: Uint8Array): void;
  close(): void;
}

export type OpenReader = (file: string) => RangeReader;

/**
 * Opens a regular file for reading by ranges. Throws CheckpointError: `not-found`, `not-a-file` (folders,
 * devices, pipes, sockets), `unreadable`, `empty`.
 */
export function openRangeReader(file: string): RangeReader {
  const descriptor = openRegularFile(file);
  const { size } = fs.fstatSync(descriptor);
  let open = true;
  return {
    file,
    size,
    read(offset, target) {
      let done = 0;
      while (done < target.length) {
        const count = readSome(file, descriptor, target, done, offset + done);
        if (count === 0)
          throw new CheckpointError(
            'truncated',
            `${file} ends after ${offset + done} bytes, but ${target.length} bytes are expected at byte ${offset}. It was cut off or changed while it was read; copy or export it again.`,
            { file, offset },
          );
        done += count;
      }
    },
    close() {
      if (open) fs.closeSync(descriptor);
      open = false;
    },
  };
}

function openRegularFile(file: string): number {
  // A pipe would block the open for ever, so what the path is comes first; the open does not wait either way.
  const found = attempt(file, () => fs.statSync(file));
  if (found.isDirectory())
    throw refusal('not-a-file', file, 'is a folder. Choose the model file inside it.');
  if (!found.isFile())
    throw refusal('not-a-file', file, 'is a device, pipe or socket. Choose a regular file.');
  if (found.size === 0)
    throw refusal('empty', file, 'is empty (0 bytes). Copy, download or export it again.');
  // On Windows the flag does not exist.
  const nonBlocking = (fs.constants as Partial<typeof fs.constants>).O_NONBLOCK ?? 0;
  return attempt(file, () => fs.openSync(file, fs.constants.O_RDONLY | nonBlocking));
}

function readSome(
  file: string,
  descriptor: number,
  target: Uint8Array,
  start: number,
  position: number,
): number {
  return attempt(file, () =>
    fs.readSync(descriptor, target, start, target.length - start, position),
  );
}

/** Turns an error of the operating system into a sentence. */
function attempt<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw refusal('not-found', file, 'does not exist. Check the path.');
    if (code === 'EISDIR')
      throw refusal('not-a-file', file, 'is a folder. Choose the model file inside it.');
    if (code === 'EACCES' || code === 'EPERM')
      throw refusal('unreadable', file, 'may not be read. Check its permissions.');
    const reason = error instanceof Error ? error.message : String(error);
    throw refusal('unreadable', file, `could not be read (${reason}).`);
  }
}

function refusal(
  code: 'not-found' | 'not-a-file' | 'unreadable' | 'empty',
  file: string,
  what: string,
): CheckpointError {
  return new CheckpointError(code, `${file} ${what}`, { file });
}
