import { describe, expect, it } from 'vitest';
import { crc32, readZip } from '../../../../src/core/verify/zipEntries.ts';
import { zipFile, type ZipFileSpec } from '../../../fixtures/inputArchives.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

const entry = (more: Partial<ZipFileSpec> = {}): ZipFileSpec => ({
  name: 'a.npy',
  bytes: text('some bytes, some bytes, some bytes'),
  ...more,
});

describe('a zip archive', () => {
  it.each([false, true])('is read where its files are deflated: %s', (deflate) => {
    const archive = zipFile([entry({ deflate }), { name: 'b.npy', bytes: text('two'), deflate }]);
    expect(
      readZip(archive, 'x.npz').map(({ name, bytes }) => [name, new TextDecoder().decode(bytes)]),
    ).toEqual([
      ['a.npy', 'some bytes, some bytes, some bytes'],
      ['b.npy', 'two'],
    ]);
  });

  it('has the checksum of the standard', () => {
    expect(crc32(text('123456789'))).toBe(0xcbf43926);
  });

  const long = new Uint8Array(5_000_000);
  it.each<[string, Buffer, RegExp]>([
    [
      'unpacks to more than it declares',
      zipFile([entry({ bytes: long, deflate: true, lies: { size: 100 } })]),
      /unpacks to more than the 100 bytes it declares/,
    ],
    [
      'declares more than is read',
      zipFile([entry({ lies: { size: 2 ** 30 + 1 } })]),
      /unpacks to more than 1073741824 bytes/,
    ],
    [
      'declares more than is read in many files',
      zipFile(
        [1, 2, 3].map((k) =>
          entry({
            name: `${k}.npy`,
            bytes: long.subarray(0, 4),
            deflate: true,
            lies: { size: k === 1 ? 4 : 2 ** 29 + 8 },
          }),
        ),
      ),
      /declares 536870920 bytes, but unpacks to 4/,
    ],
    [
      'declares too many bytes',
      zipFile([entry({ lies: { size: 99 } })]),
      /declares 99 bytes, but unpacks to 34/,
    ],
    ['has another checksum', zipFile([entry({ lies: { checksum: 1 } })]), /checksum/],
    ['is encrypted', zipFile([entry({ lies: { flags: 1 } })]), /encrypted/],
    ['is packed otherwise', zipFile([entry({ lies: { method: 12 } })]), /method 12/],
    [
      'holds no deflated bytes where it says so',
      zipFile([entry({ lies: { method: 8 } })]),
      /cannot be unpacked/,
    ],
    [
      'points outside itself',
      zipFile([entry({ lies: { local: 90_000 } })]),
      /does not fit the file/,
    ],
    ['points into its middle', zipFile([entry({ lies: { local: 3 } })]), /does not fit the file/],
    ['is cut off', zipFile([entry()]).subarray(0, 60), /no directory at its end/],
    ['has lost its beginning', zipFile([entry()]).subarray(20), /does not fit the file/],
    ['is empty', Buffer.alloc(0), /no directory at its end/],
    [
      'has too many files',
      zipFile(Array.from({ length: 4097 }, (_, k) => ({ name: `${k}`, bytes: text('') }))),
      /4097 arrays/,
    ],
  ])('that %s is refused', (_what, archive, message) => {
    expect(() => readZip(archive, 'x.npz')).toThrow(message);
  });
});
