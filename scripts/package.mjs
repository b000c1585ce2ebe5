import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import vsce from '@vscode/vsce';
import { build } from './build.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

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
  'dist/kernels.wasm',
  'dist/kernels-fma.wasm',
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

/** The files that the package will hold. Throws an Error that names each one missing or out of place. */
export async function packagedFiles() {
  const files = await vsce.listFiles({ cwd: root, packageManager: vsce.PackageManager.None });
  const problems = [
    ...NEEDED.filter((file) => !files.includes(file)).map((file) => `${file} is missing`),
    ...files.filter((file) => UNWANTED.test(file)).map((file) => `${file} does not belong there`),
  ];
  if (problems.length > 0) throw new Error(`The package is not whole: ${problems.join('; ')}.`);
  return files;
}

/**
 * Writes the universal VSIX from what is built in dist, without the network. Returns its path. vsce's
 * command line asks the registry for a newer version of itself; its API does not.
 */
export async function packageVsix(folder = root) {
  await packagedFiles();
  const { name, version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const packagePath = path.join(folder, `${name}-${version}.vsix`);
  mkdirSync(folder, { recursive: true });
  rmSync(packagePath, { force: true });
  await vsce.createVSIX({
    cwd: root,
    packagePath,
    dependencies: false,
    allowMissingRepository: true,
    rewriteRelativeLinks: false,
  });
  return packagePath;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await build({ tests: false });
  const vsix = await packageVsix();
  const megabytes = (statSync(vsix).size / 1e6).toFixed(2);
  console.log(`Packaged ${path.relative(root, vsix)}, ${megabytes} MB`);
}
