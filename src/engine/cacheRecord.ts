import { createHash } from 'node:crypto';

/** One solved spectrum, or one set of shuffled spectra, as it lies in the cache. */
export interface CacheRecord {
  readonly rows: number;
  readonly cols: number;
  readonly slices: number;
  readonly roundingVariance: number;
  /** Equal-length arrays of singular values. */
  readonly spectra: readonly Float64Array[];
}

const MAGIC = 'EIGSPEC1';
const DIGEST_BYTES = 32;
/** Magic, header length; the header is JSON padded with spaces so that the values start on 8 bytes. */
const PREFIX_BYTES = 16;
/** Longer than any header we write, short enough that a damaged length cannot ask for much. */
const MAX_HEADER_BYTES = 4096;

interface Header {
  readonly rows: number;
  readonly cols: number;
  readonly slices: number;
  readonly roundingVariance: number;
  readonly count: number;
  readonly length: number;
}

/** The record as bytes: magic, header, little-endian float64 values, SHA-256 of all before it. */
export function encodeRecord(record: CacheRecord): Uint8Array {
  const length = record.spectra[0]?.length ?? 0;
  const header: Header = {
    rows: record.rows,
    cols: record.cols,
    slices: record.slices,
    roundingVariance: record.roundingVariance,
    count: record.spectra.length,
    length,
  };
  const text = JSON.stringify(header);
  const headerText = text.padEnd(Math.ceil(text.length / 8) * 8);
  const valuesAt = PREFIX_BYTES + headerText.length;
  const bytes = Buffer.alloc(valuesAt + header.count * length * 8 + DIGEST_BYTES);
  bytes.write(MAGIC, 0, 'latin1');
  bytes.writeUInt32LE(headerText.length, 8);
  bytes.write(headerText, PREFIX_BYTES, 'latin1');
  let at = valuesAt;
  for (const spectrum of record.spectra) {
    for (const value of spectrum) at = bytes.writeDoubleLE(value, at);
  }
  bytes.set(createHash('sha256').update(bytes.subarray(0, at)).digest(), at);
  return bytes;
}

/** The record in the bytes; undefined where they are damaged in any way. */
export function decodeRecord(bytes: Uint8Array): CacheRecord | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < PREFIX_BYTES + DIGEST_BYTES) return undefined;
  if (buffer.toString('latin1', 0, 8) !== MAGIC) return undefined;
  const end = buffer.length - DIGEST_BYTES;
  const digest = createHash('sha256').update(buffer.subarray(0, end)).digest();
  if (!digest.equals(buffer.subarray(end))) return undefined;
  const headerBytes = buffer.readUInt32LE(8);
  if (headerBytes > MAX_HEADER_BYTES) return undefined;
  let at = PREFIX_BYTES + headerBytes;
  const header = JSON.parse(buffer.toString('latin1', PREFIX_BYTES, at)) as Header;
  if (end - at !== header.count * header.length * 8) return undefined;
  const spectra = Array.from({ length: header.count }, () => {
    const spectrum = new Float64Array(header.length);
    for (let i = 0; i < header.length; i++, at += 8) spectrum[i] = buffer.readDoubleLE(at);
    return spectrum;
  });
  const { rows, cols, slices, roundingVariance } = header;
  return { rows, cols, slices, roundingVariance, spectra };
}
