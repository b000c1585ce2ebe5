import zlib from 'node:zlib';
import { inputsError } from './verifyError.ts';
import { VERIFY_LIMITS } from './verifyLimits.ts';

export interface ZipEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const CENTRAL_BYTES = 46;
const LOCAL_BYTES = 30;
const MAX_COMMENT = 0xffff;

const STORED = 0;
const DEFLATED = 8;

/**
 * The files of a zip archive, unpacked, in the order of its directory. What the archive declares is held
 * against limits before anything is unpacked, no file may unpack to more than it declares, and each is held
 * against its checksum. Encrypted, split and zip64 archives are refused. Throws VerifyError (`inputs`).
 *
 * Format: PKWARE APPNOTE 6.3.10, sections 4.3.7 to 4.3.16.
 */
export function readZip(bytes: Uint8Array, file: string): readonly ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = endRecord(view, file);
  const count = view.getUint16(end + 10, true);
  const directory = view.getUint32(end + 16, true);
  if (count > VERIFY_LIMITS.archiveEntries)
    throw inputsError(
      `${file} has ${count} arrays; at most ${VERIFY_LIMITS.archiveEntries} are read.`,
    );
  const entries: ZipEntry[] = [];
  let at = directory;
  let total = 0;
  for (let k = 0; k < count; k++) {
    if (at + CENTRAL_BYTES > end || view.getUint32(at, true) !== CENTRAL) throw damaged(file);
    const size = view.getUint32(at + 24, true);
    total += size;
    if (total > VERIFY_LIMITS.arrayBytes)
      throw inputsError(
        `${file} unpacks to more than ${VERIFY_LIMITS.arrayBytes} bytes, which is more than is read. Give fewer samples.`,
      );
    const nameBytes = view.getUint16(at + 28, true);
    const next =
      at +
      CENTRAL_BYTES +
      nameBytes +
      view.getUint16(at + 30, true) +
      view.getUint16(at + 32, true);
    if (next > end) throw damaged(file);
    const nameStart = at + CENTRAL_BYTES;
    const name = new TextDecoder().decode(bytes.subarray(nameStart, nameStart + nameBytes));
    entries.push({ name, bytes: unpacked(view, bytes, at, `${name} in ${file}`, file) });
    at = next;
  }
  return entries;
}

function endRecord(view: DataView, file: string): number {
  const last = view.byteLength - END_BYTES;
  for (let at = last; at >= Math.max(0, last - MAX_COMMENT); at--)
    if (
      view.getUint32(at, true) === END &&
      at + END_BYTES + view.getUint16(at + 20, true) <= view.byteLength
    )
      return at;
  throw inputsError(
    `${file} is not a whole .npz archive: it has no directory at its end. It was cut off, or is no archive; write it again with numpy.savez.`,
  );
}

function unpacked(
  view: DataView,
  bytes: Uint8Array,
  central: number,
  what: string,
  file: string,
): Uint8Array {
  const flags = view.getUint16(central + 8, true);
  const method = view.getUint16(central + 10, true);
  const checksum = view.getUint32(central + 16, true);
  const packedBytes = view.getUint32(central + 20, true);
  const size = view.getUint32(central + 24, true);
  const local = view.getUint32(central + 42, true);
  if (flags & 1) throw inputsError(`${what} is encrypted; write it without a password.`);
  if (local + LOCAL_BYTES > bytes.length || view.getUint32(local, true) !== LOCAL)
    throw damaged(file);
  const start =
    local + LOCAL_BYTES + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  if (start + packedBytes > bytes.length) throw damaged(file);
  const packed = bytes.subarray(start, start + packedBytes);
  const out = method === STORED ? packed : inflated(packed, method, size, what);
  if (out.length !== size)
    throw inputsError(
      `${what} declares ${size} bytes, but unpacks to ${out.length}. The archive is damaged; write it again.`,
    );
  if (crc32(out) !== checksum)
    throw inputsError(
      `${what} does not have the checksum it declares. The archive is damaged; write it again.`,
    );
  return out;
}

function inflated(packed: Uint8Array, method: number, size: number, what: string): Uint8Array {
  if (method !== DEFLATED)
    throw inputsError(
      `${what} is packed by the method ${method}; stored and deflated files are read, as numpy.savez and numpy.savez_compressed write them.`,
    );
  try {
    // One byte more than declared is enough to see that it lies.
    return zlib.inflateRawSync(packed, { maxOutputLength: size + 1 });
  } catch (error) {
    const long = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw inputsError(
      long
        ? `${what} unpacks to more than the ${size} bytes it declares. The archive is damaged or hostile.`
        : `${what} cannot be unpacked (${(error as Error).message}). The archive is damaged; write it again.`,
    );
  }
}

function damaged(file: string) {
  return inputsError(
    `${file}: the directory of the archive does not fit the file (or is of zip64, which is not read). Write it again with numpy.savez.`,
  );
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 of ISO 3309, as zip has it. */
export function crc32(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (value >>> 8) ^ CRC_TABLE[(value ^ byte) & 0xff]!;
  return (value ^ 0xffffffff) >>> 0;
}
