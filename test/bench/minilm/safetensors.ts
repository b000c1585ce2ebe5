import * as fs from 'node:fs';

export interface StoredTensor {
  readonly shape: readonly number[];
  /** Little-endian float32, row-major. */
  readonly values: Float32Array;
}

interface HeaderEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/**
 * The float32 tensors of a safetensors file by name: eight bytes with the length of a JSON header, the header,
 * the data. Tensors of other types are left out. Throws an Error for a tensor that lies outside of the data or
 * whose bytes are not those of its shape.
 *
 * Format: safetensors 0.4, README, "Format".
 */
export function readSafetensors(file: string): ReadonlyMap<string, StoredTensor> {
  const bytes = fs.readFileSync(file);
  const headerBytes = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + headerBytes)) as Record<
    string,
    HeaderEntry
  >;
  const data = bytes.subarray(8 + headerBytes);
  const tensors = new Map<string, StoredTensor>();
  for (const [name, { dtype, shape, data_offsets: offsets }] of Object.entries(header)) {
    if (name === '__metadata__' || dtype !== 'F32') continue;
    const [from, to] = offsets;
    const count = shape.reduce((product, each) => product * each, 1);
    if (to - from !== 4 * count || from < 0 || to > data.length)
      throw new Error(
        `${file}: '${name}' of shape [${shape.join(', ')}] takes ${4 * count} bytes, but lies from ${from} to ${to} of ${data.length}.`,
      );
    // A copy is aligned, which the file need not be.
    tensors.set(name, {
      shape,
      values: new Float32Array(Uint8Array.from(data.subarray(from, to)).buffer),
    });
  }
  return tensors;
}
