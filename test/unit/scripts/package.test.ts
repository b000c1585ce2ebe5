import * as fs from 'node:fs';
import { expect, test } from 'vitest';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { zipNames } from '../../fixtures/zipNames.ts';

interface Packaged {
  readonly path: string;
  readonly bytes: number;
  readonly limit: number;
}

const script = new URL('../../../scripts/package.mjs', import.meta.url).href;
const { packagedFiles, packageVsix } = (await import(script)) as {
  readonly packagedFiles: () => Promise<readonly string[]>;
  readonly packageVsix: (folder: string, platform?: string, limit?: number) => Promise<Packaged>;
};

/** vsce gives these another name, or makes them. */
const RENAMED = new Map([
  ['extension/readme.md', 'README.md'],
  ['extension/changelog.md', 'CHANGELOG.md'],
  ['extension/LICENSE.txt', 'LICENSE'],
]);
const MADE = ['extension.vsixmanifest', '[Content_Types].xml'];

test('the universal package holds what is listed, nothing native, and is small', async () => {
  const { path, bytes, limit } = await packageVsix(tempFolder());
  const names = zipNames(fs.readFileSync(path))
    .filter((name) => !MADE.includes(name))
    .map((name) => RENAMED.get(name) ?? name.replace(/^extension\//, ''));
  expect(names.sort()).toEqual([...(await packagedFiles())].sort());
  expect(names.filter((name) => /native|\.(node|so|dylib|dll)/.test(name))).toEqual([]);
  expect(limit).toBe(3e6);
  expect(bytes).toBeLessThan(limit);
});

test('a package above its bound is refused with both sizes, and is not left behind', async () => {
  const folder = tempFolder();
  await expect(packageVsix(folder, 'universal', 1e5)).rejects.toThrow(
    /^The package for universal has 0\.\d\d MB, where less than 0\.10 MB is allowed\.$/,
  );
  expect(fs.readdirSync(folder)).toEqual([]);
});

test('a platform without a package of its own is refused by name', async () => {
  await expect(packageVsix(tempFolder(), 'solaris-sparc')).rejects.toThrow(
    "There is no extension for the platform 'solaris-sparc'",
  );
});
