import { createHash } from 'node:crypto';
import type { EntryRecord } from './spectrumTask.ts';

const MAGIC = 'EIGENTR1';
const DIGEST_BYTES = 32;

/** What the entries of a matrix say as bytes: magic, JSON, SHA-256 of both. */
export function encodeEntries(record: EntryRecord): Uint8Array {
  const content = Buffer.from(`${MAGIC}${JSON.stringify(record)}`);
  return Buffer.concat([content, createHash('sha256').update(content).digest()]);
}

/** The record in the bytes; undefined where they are damaged in any way. */
export function decodeEntries(bytes: Uint8Array): EntryRecord | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = buffer.length - DIGEST_BYTES;
  if (end < MAGIC.length || buffer.toString('latin1', 0, MAGIC.length) !== MAGIC) return undefined;
  const digest = createHash('sha256').update(buffer.subarray(0, end)).digest();
  if (!digest.equals(buffer.subarray(end))) return undefined;
  return JSON.parse(buffer.toString('utf8', MAGIC.length, end)) as EntryRecord;
}
