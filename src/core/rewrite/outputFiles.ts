import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { OpenReader, RangeReader } from '../checkpoint/rangeReader.ts';
import { LIMITS } from '../checkpoint/limits.ts';
import type { Piece } from './piece.ts';
import { RewriteError } from './rewriteError.ts';

/** A file that is being written. */
export interface OutputFile {
  write(bytes: Uint8Array): void;
  /** Everything has been written, and is on the disk. */
  finish(): void;
  /** Frees what it holds; also after `finish`. */
  close(): void;
}

/** The little of a file system that an output needs. */
export interface OutputFiles {
  create(file: string): OutputFile;
  rename(from: string, to: string): void;
  remove(file: string): void;
}

export const FILE_SYSTEM: OutputFiles = {
  create(file) {
    const handle = fs.openSync(file, 'wx');
    let open = true;
    return {
      write(bytes) {
        for (let done = 0; done < bytes.length;)
          done += fs.writeSync(handle, bytes, done, bytes.length - done);
      },
      finish: () => fs.fsyncSync(handle),
      close() {
        if (open) fs.closeSync(handle);
        open = false;
      },
    };
  },
  rename: (from, to) => fs.renameSync(from, to),
  remove: (file) => fs.rmSync(file, { force: true }),
};

/** A file to be written, and of what. */
export interface PlannedFile {
  readonly file: string;
  readonly pieces: readonly Piece[];
}

/**
 * Writes files whole or not at all: each beside its place, and renamed when all are complete, in the given
 * order. Throws RewriteError `output-unwritable` where the file system refuses, and what the making of a
 * piece throws; nothing of the attempt is left then.
 */
export function writeFiles(
  planned: readonly PlannedFile[],
  files: OutputFiles,
  openReader: OpenReader,
): void {
  const mark = randomBytes(6).toString('hex');
  const parts = planned.map((each) => ({ ...each, part: partName(each.file, mark) }));
  const renamed: string[] = [];
  try {
    for (const { file, part, pieces } of parts) writeFile(file, part, pieces, files, openReader);
    for (const { file, part } of parts) {
      attempt(file, () => files.rename(part, file));
      renamed.push(file);
    }
  } catch (error) {
    // The last file is the one that refers to the others: without it none is of use.
    for (const file of [...parts.map(({ part }) => part), ...renamed]) files.remove(file);
    throw error;
  }
}

function partName(file: string, mark: string): string {
  return path.join(path.dirname(file), `.${path.basename(file)}.${mark}.tmp`);
}

function writeFile(
  file: string,
  part: string,
  pieces: readonly Piece[],
  files: OutputFiles,
  openReader: OpenReader,
): void {
  const output = attempt(file, () => files.create(part));
  const readers = new Map<string, RangeReader>();
  const readerOf = (from: string): RangeReader => {
    const reader = readers.get(from) ?? openReader(from);
    readers.set(from, reader);
    return reader;
  };
  const write = (bytes: Uint8Array): void => attempt(file, () => output.write(bytes));
  try {
    for (const piece of pieces) writePiece(piece, write, readerOf);
    attempt(file, () => output.finish());
  } finally {
    output.close();
    for (const reader of readers.values()) reader.close();
  }
}

function writePiece(
  piece: Piece,
  write: (bytes: Uint8Array) => void,
  readerOf: (file: string) => RangeReader,
): void {
  if (piece.kind === 'bytes') {
    write(piece.bytes);
    return;
  }
  if (piece.kind === 'made') {
    const bytes = piece.make();
    if (bytes.length !== piece.length)
      throw new RangeError(`${bytes.length} bytes were made where ${piece.length} were announced`);
    write(bytes);
    return;
  }
  const reader = readerOf(piece.file);
  const chunk = new Uint8Array(Math.min(piece.length, LIMITS.chunkBytes));
  for (let done = 0; done < piece.length; done += chunk.length) {
    const part = chunk.subarray(0, Math.min(chunk.length, piece.length - done));
    reader.read(piece.offset + done, part);
    write(part);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full. Free some space or choose another folder',
  EDQUOT: 'your share of the disk is used up. Free some space or choose another folder',
  EACCES: 'its folder may not be written to. Choose another folder',
  EPERM: 'its folder may not be written to. Choose another folder',
  EROFS: 'its file system may only be read. Choose another folder',
  ENOENT: 'its folder does not exist. Make it first',
  ENOTDIR: 'its folder is a file. Choose another one',
};

/** Turns an error of the operating system into a sentence. */
function attempt<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = REASONS[code ?? ''] ?? message;
    throw new RewriteError('output-unwritable', `${file} cannot be written: ${reason}.`, { cause });
  }
}
