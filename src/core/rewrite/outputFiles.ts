import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { OpenReader, RangeReader } from '../checkpoint/rangeReader.ts';
import { LIMITS } from '../checkpoint/limits.ts';
import type { Piece } from './piece.ts';
import { RewriteError } from './rewriteError.ts';
import { unfinishedFolder } from './unfinishedFolder.ts';

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
  /** Throws where something of that name is there. */
  makeFolder(folder: string): void;
  create(file: string): OutputFile;
  rename(from: string, to: string): void;
  /** A file, or a folder with all that is in it; nothing where there is none. */
  remove(file: string): void;
}

export const FILE_SYSTEM: OutputFiles = {
  makeFolder: (folder) => fs.mkdirSync(folder),
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
  remove: (file) => fs.rmSync(file, { force: true, recursive: true }),
};

/** A file to be written, and of what. */
export interface PlannedFile {
  readonly file: string;
  readonly pieces: readonly Piece[];
}

/** How files are written; all of it may be left out. */
export interface WriteOptions {
  /** In the name of the folder of what is not finished. */
  readonly mark?: string;
  /** Read before every part of the work. */
  readonly cancelled?: () => boolean;
  /**
   * Given the complete last file, in the folder of what is not finished, with all others beside it under their
   * names. Throws where it must not get its place.
   */
  readonly accept?: (file: string) => void;
}

/**
 * Writes files of one folder whole or not at all: in a new folder there, whose name begins with a dot and the
 * last file's, and moved to their places when all are complete, in the given order. Throws RewriteError
 * `output-unwritable` where the file system refuses, `cancelled`, and what the making of a piece or `accept`
 * throws; nothing of the attempt is left then.
 */
export function writeFiles(
  planned: readonly PlannedFile[],
  files: OutputFiles,
  openReader: OpenReader,
  { mark = randomBytes(6).toString('hex'), cancelled, accept }: WriteOptions = {},
): void {
  const { file: last } = planned.at(-1)!;
  const folder = unfinishedFolder(last, mark);
  const parts = planned.map((each) => ({
    ...each,
    part: path.join(folder, path.basename(each.file)),
  }));
  const throwIfCancelled = (): void => {
    if (cancelled?.()) throw new RewriteError('cancelled', `Writing ${last} was cancelled.`);
  };
  const moved: string[] = [];
  attempt(last, () => files.makeFolder(folder));
  try {
    const tools: WriteTools = { files, openReader, throwIfCancelled };
    for (const { file, part, pieces } of parts) writeFile(file, part, pieces, tools);
    accept?.(parts.at(-1)!.part);
    throwIfCancelled();
    for (const { file, part } of parts) {
      attempt(file, () => files.rename(part, file));
      moved.push(file);
    }
  } catch (error) {
    // The last file is the one that refers to the others: without it none is of use.
    for (const file of moved) files.remove(file);
    throw error;
  } finally {
    files.remove(folder);
  }
}

interface WriteTools {
  readonly files: OutputFiles;
  readonly openReader: OpenReader;
  readonly throwIfCancelled: () => void;
}

function writeFile(
  file: string,
  part: string,
  pieces: readonly Piece[],
  { files, openReader, throwIfCancelled }: WriteTools,
): void {
  const output = attempt(file, () => files.create(part));
  const readers = new Map<string, RangeReader>();
  const readerOf = (from: string): RangeReader => {
    const reader = readers.get(from) ?? openReader(from);
    readers.set(from, reader);
    return reader;
  };
  const write = (bytes: Uint8Array): void => {
    throwIfCancelled();
    attempt(file, () => output.write(bytes));
  };
  try {
    for (const piece of pieces) {
      throwIfCancelled();
      writePiece(piece, write, readerOf);
    }
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
  EFBIG: 'it would be larger than a file may be here. Choose another folder',
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
