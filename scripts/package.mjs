import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import vsce from '@vscode/vsce';
import { binaryPlatform } from './binaryPlatform.mjs';
import { build } from './build.mjs';
import { nativeFiles } from './nativeFiles.mjs';
import { PLATFORMS, ownPlatform } from './nativePackages.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** The package that has nothing native in it. */
export const UNIVERSAL = 'universal';

/** What a package may weigh, in millions of bytes: a tenth to a third above what it does. */
const MEGABYTES = {
  [UNIVERSAL]: 3,
  'linux-x64': 40,
  'linux-arm64': 15,
  'darwin-arm64': 22,
  'win32-x64': 24,
};

/** What the extension cannot do without; everything else in the package is text and pictures. */
const NEEDED = [
  'package.json',
  'package.nls.json',
  'l10n/bundle.l10n.json',
  'media/activityBar.svg',
  'media/icon.png',
  'media/reportDark.svg',
  'media/reportLight.svg',
  'schemas/eigenscope.schema.json',
  'schemas/eigenscope.report-1.schema.json',
  'schemas/eigenscope.plan-1.schema.json',
  'schemas/eigenscope.verification-1.schema.json',
  'dist/extension.cjs',
  'dist/session.cjs',
  'dist/engine.mjs',
  'dist/worker.mjs',
  'dist/runner.mjs',
  'dist/trial.mjs',
  'dist/kernels.wasm',
  'dist/kernels-fma.wasm',
  'dist/kernels-wide.wasm',
  'dist/NOTICES.txt',
  'dist/webview/report.js',
  'dist/webview/report.css',
  'dist/webview/plan.js',
  'dist/webview/plan.css',
  'dist/webview/verification.js',
  'dist/webview/verification.css',
];

/** The universal package has nothing that is bound to a platform, and nothing for the tests alone. */
const UNWANTED = /\.(node|so|dll|dylib|map|ts|tsx)$|(^|\/)(test|node_modules)\//;

/** The files that every package holds. Throws an Error that names each one missing or out of place. */
export async function packagedFiles() {
  const files = await listed(root);
  const problems = [
    ...NEEDED.filter((file) => !files.includes(file)).map((file) => `${file} is missing`),
    ...files.filter(isUnwanted).map((file) => `${file} does not belong there`),
  ];
  if (problems.length > 0) throw new Error(`The package is not whole: ${problems.join('; ')}.`);
  return files;
}

function listed(folder) {
  return vsce.listFiles({ cwd: folder, packageManager: vsce.PackageManager.None });
}

function isUnwanted(file) {
  return UNWANTED.test(file) || binaryPlatform(readFileSync(path.join(root, file))) !== undefined;
}

/**
 * Writes a VSIX from what is built in dist: the universal one, without the network, or that of a platform of
 * `PLATFORMS`, with the native files of that platform alone. Resolves to its path, bytes and `limit`, the
 * bytes that it has to stay below. Throws an Error where it is not whole or too large, and leaves none then. vsce's command
 * line asks the registry for a newer version of itself; its API does not.
 */
export async function packageVsix(
  folder = root,
  platform = UNIVERSAL,
  limit = MEGABYTES[platform] * 1e6,
) {
  const { name, version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const target = platform === UNIVERSAL ? undefined : platform;
  const packagePath = path.join(
    folder,
    `${[name, ...(target ? [target] : []), version].join('-')}.vsix`,
  );
  mkdirSync(folder, { recursive: true });
  // First of all: what cannot be made is not to be taken for the one of an earlier run.
  rmSync(packagePath, { force: true });
  const native = platform === UNIVERSAL ? new Map() : nativeFiles(platform);
  const staging = mkdtempSync(path.join(os.tmpdir(), 'eigenscope-vsix-'));
  try {
    await stage(staging, native);
    await vsce.createVSIX({
      cwd: staging,
      packagePath,
      target,
      dependencies: false,
      allowMissingRepository: true,
      rewriteRelativeLinks: false,
    });
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  const { size: bytes } = statSync(packagePath);
  if (bytes >= limit) {
    rmSync(packagePath);
    throw new Error(
      `The package for ${platform} has ${megabytes(bytes)}, where less than ${megabytes(limit)} is allowed.`,
    );
  }
  return { path: packagePath, bytes, limit };
}

/** Lays out what one package holds, and nothing else. */
async function stage(folder, native) {
  const files = await packagedFiles();
  for (const file of [...files, '.vscodeignore']) {
    const target = path.join(folder, file);
    mkdirSync(path.dirname(target), { recursive: true });
    copyFileSync(path.join(root, file), target);
  }
  for (const [file, bytes] of native) {
    const target = path.join(folder, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, bytes);
  }
  const found = new Set(await listed(folder));
  const lost = [...files, ...native.keys()].filter((file) => !found.has(file));
  if (lost.length > 0) throw new Error(`vsce leaves out ${lost.join(', ')}.`);
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}

/** A line on a package that was made. */
export function packageLine({ path: file, bytes, limit }) {
  const where = path.relative(root, file);
  return `Packaged ${where}, ${megabytes(bytes)} (allowed: ${megabytes(limit)})`;
}

/**
 * Makes the named packages, or all. Where none is named, those of other platforms may need the network and
 * are left out without it, with the reason; what is named must be made.
 */
async function main(named) {
  const all = [UNIVERSAL, ...Object.keys(PLATFORMS)];
  const unknown = named.filter((each) => !all.includes(each));
  if (unknown.length > 0)
    throw new Error(`There is no package '${unknown.join("', '")}'; there are ${all.join(', ')}.`);
  await build({ tests: false });
  const must = named.length > 0 ? named : [UNIVERSAL, ownPlatform()];
  const absent = [];
  for (const platform of named.length > 0 ? named : all) {
    try {
      console.log(packageLine(await packageVsix(root, platform)));
    } catch (error) {
      if (must.includes(platform) || !error.isUnreachable) throw error;
      absent.push(platform);
      console.error(`Not made: ${platform}. ${error.message}`);
    }
  }
  if (absent.length > 0) console.error(`Run again with a network for ${absent.join(', ')}.`);
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
