import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSafetensors } from '../../bench/minilm/safetensors.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';

const folder = tempFolder();

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

function written(
  header: Readonly<Record<string, Entry | object>>,
  values: readonly number[],
): string {
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const file = path.join(folder, 'model.safetensors');
  const data = Buffer.from(Float32Array.from(values).buffer);
  fs.writeFileSync(file, Buffer.concat([length, text, data]));
  return file;
}

const entry = (shape: readonly number[], from: number, to: number, dtype = 'F32'): Entry => ({
  dtype,
  shape,
  data_offsets: [from, to],
});

describe('readSafetensors', () => {
  it('gives the float32 tensors by name, wherever they begin', () => {
    const header = {
      __metadata__: { format: 'pt' },
      ids: entry([1], 0, 8, 'I64'),
      a: entry([2, 2], 8, 24),
      b: entry([], 24, 28),
    };
    const tensors = readSafetensors(written(header, [0, 0, 1, 2, 3, 4, 5]));
    expect([...tensors.keys()]).toEqual(['a', 'b']);
    expect(tensors.get('a')).toEqual({ shape: [2, 2], values: Float32Array.of(1, 2, 3, 4) });
    expect(tensors.get('b')).toEqual({ shape: [], values: Float32Array.of(5) });
  });

  it.each([
    ['lies outside of the data', entry([2], 4, 12), 'from 4 to 12 of 8'],
    ['has other bytes than its shape', entry([3], 0, 8), 'of shape [3] takes 12 bytes'],
  ])('refuses a tensor that %s', (_, wrong, message) => {
    expect(() => readSafetensors(written({ a: wrong }, [1, 2]))).toThrow(message);
  });
});
