import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeRecord, encodeRecord, type CacheRecord } from '../../../src/engine/cacheRecord.ts';
import { SpectrumCache } from '../../../src/engine/spectrumCache.ts';

const record: CacheRecord = {
  rows: 3,
  cols: 2,
  slices: 1,
  roundingVariance: 1.25e-18,
  spectra: [Float64Array.of(3, 5e-324), Float64Array.of(Math.PI, 0)],
};
const key = (k: number): string => `${k}`.padStart(64, 'a');

let folder: string;
beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'eigenscope-cache-'))));
afterEach(() => fs.rmSync(folder, { recursive: true }));

const files = (): string[] =>
  fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.includes('.'));

describe('a cache record', () => {
  it('comes back bit for bit', () => {
    expect(decodeRecord(encodeRecord(record))).toEqual(record);
  });

  it('is refused when any one of its bytes has changed', () => {
    const bytes = encodeRecord(record);
    for (let at = 0; at < bytes.length; at++) {
      const damaged = Uint8Array.from(bytes);
      damaged[at]! ^= 0x10;
      expect(decodeRecord(damaged), `byte ${at}`).toBeUndefined();
    }
  });

  it('is refused when it is cut short anywhere', () => {
    const bytes = encodeRecord(record);
    for (let length = 0; length < bytes.length; length++)
      expect(decodeRecord(bytes.subarray(0, length)), `${length} bytes`).toBeUndefined();
  });
});

describe('the cache of spectra', () => {
  it('gives back what was written, and nothing for another key', () => {
    const cache = new SpectrumCache(folder);
    expect(cache.write(key(1), record)).toBe(true);
    expect(cache.read(key(1))).toEqual(record);
    expect(cache.read(key(2))).toBeUndefined();
  });

  it('drops a damaged record, so that it is solved again', () => {
    const cache = new SpectrumCache(folder);
    cache.write(key(1), record);
    const file = path.join(folder, files()[0]!);
    fs.truncateSync(file, 40);
    expect(cache.read(key(1))).toBeUndefined();
    expect(files()).toEqual([]);
  });

  it('leaves no half-written file behind a write', () => {
    new SpectrumCache(folder).write(key(1), record);
    expect(files().every((name) => name.endsWith('.spectrum'))).toBe(true);
  });

  it('says that it could not store, and does not throw, where its folder is a file', () => {
    const file = path.join(folder, 'not-a-folder.txt');
    fs.writeFileSync(file, '');
    const cache = new SpectrumCache(file);
    expect(cache.write(key(1), record)).toBe(false);
    expect(cache.read(key(1))).toBeUndefined();
    cache.trim(0);
  });

  it('trims the least recently used first, down to its size', () => {
    const cache = new SpectrumCache(folder);
    const bytes = encodeRecord(record).length;
    for (const k of [1, 2, 3]) {
      cache.write(key(k), record);
      const file = path.join(
        folder,
        files().find((name) => name.includes(key(k)))!,
      );
      fs.utimesSync(file, k, k);
    }
    cache.read(key(1));
    cache.trim(2 * bytes);
    expect([1, 2, 3].map((k) => cache.read(key(k)) !== undefined)).toEqual([true, false, true]);
  });

  it('removes half-written files of processes long gone, and keeps young ones', () => {
    const cache = new SpectrumCache(folder);
    const temporary = path.join(folder, 'x.spectrum.123.tmp');
    fs.writeFileSync(temporary, 'half');
    cache.trim(1e9);
    expect(fs.existsSync(temporary)).toBe(true);
    cache.trim(1e9, Date.now() + 2 * 60 * 60 * 1000);
    expect(fs.existsSync(temporary)).toBe(false);
  });
});
