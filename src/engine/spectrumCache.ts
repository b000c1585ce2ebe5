import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { decodeRecord, encodeRecord, type CacheRecord } from './cacheRecord.ts';
import { decodeEntries, encodeEntries } from './entriesRecord.ts';
import type { EntryRecord } from './spectrumTask.ts';

const EXTENSION = '.spectrum';
const TEMPORARY = '.tmp';

/** Half-written files older than this belong to a process that is gone. */
const STALE_TEMPORARY_MS = 60 * 60 * 1000;

/**
 * Solved spectra in a folder, one file a key, keyed by content (see spectrumKey). A file is written
 * beside its place and renamed, so that a kill at any moment leaves either the whole record or none;
 * a damaged record is dropped and solved again. A cache that cannot be read or written is no error:
 * it only saves time.
 */
export class SpectrumCache {
  constructor(private readonly folder: string) {}

  read(key: string): CacheRecord | undefined {
    return this.readAs(key, decodeRecord);
  }

  /** What the entries of a matrix say; see entriesKey. */
  readEntries(key: string): EntryRecord | undefined {
    return this.readAs(key, decodeEntries);
  }

  private readAs<T>(key: string, decode: (bytes: Uint8Array) => T | undefined): T | undefined {
    const file = this.fileOf(key);
    let bytes: Buffer;
    try {
      bytes = fs.readFileSync(file);
    } catch {
      return undefined;
    }
    const record = decode(bytes);
    try {
      // The time of last use decides what goes first when the cache is full.
      if (record) fs.utimesSync(file, new Date(), new Date());
      else fs.rmSync(file, { force: true });
    } catch {
      // A read-only cache still serves.
    }
    return record;
  }

  /** Whether there is a record; it may prove damaged when it is read. */
  has(key: string): boolean {
    return fs.existsSync(this.fileOf(key));
  }

  /** Returns whether the record was stored. */
  write(key: string, record: CacheRecord): boolean {
    return this.writeBytes(key, encodeRecord(record));
  }

  writeEntries(key: string, record: EntryRecord): boolean {
    return this.writeBytes(key, encodeEntries(record));
  }

  private writeBytes(key: string, bytes: Uint8Array): boolean {
    const file = this.fileOf(key);
    const temporary = `${file}.${randomBytes(6).toString('hex')}${TEMPORARY}`;
    try {
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(temporary, bytes);
      fs.renameSync(temporary, file);
      return true;
    } catch {
      discard(temporary);
      return false;
    }
  }

  /** Deletes the least recently used records until at most `maxBytes` are left, and stale half-written files. */
  trim(maxBytes: number, now = Date.now()): void {
    const records: { file: string; bytes: number; used: number }[] = [];
    for (const entry of this.entries()) {
      const stat = fs.statSync(entry, { throwIfNoEntry: false });
      if (!stat) continue;
      if (entry.endsWith(EXTENSION))
        records.push({ file: entry, bytes: stat.size, used: stat.mtimeMs });
      else if (entry.endsWith(TEMPORARY) && now - stat.mtimeMs > STALE_TEMPORARY_MS)
        fs.rmSync(entry, { force: true });
    }
    let total = records.reduce((sum, record) => sum + record.bytes, 0);
    records.sort((a, b) => a.used - b.used);
    for (const record of records) {
      if (total <= maxBytes) break;
      fs.rmSync(record.file, { force: true });
      total -= record.bytes;
    }
  }

  private entries(): string[] {
    try {
      return fs
        .readdirSync(this.folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath, entry.name));
    } catch {
      return [];
    }
  }

  private fileOf(key: string): string {
    return path.join(this.folder, key.slice(0, 2), `${key}${EXTENSION}`);
  }
}

function discard(file: string): void {
  try {
    fs.rmSync(file, { force: true });
  } catch {
    // What could not be made need not be removed.
  }
}
