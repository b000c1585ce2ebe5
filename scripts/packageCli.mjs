import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** All that the command line needs: it runs from these files alone. */
const FILES = [
  'dist/cli.mjs',
  'dist/engine.mjs',
  'dist/worker.mjs',
  'dist/runner.mjs',
  'dist/trial.mjs',
  'dist/kernels.wasm',
  'dist/kernels-fma.wasm',
  'dist/kernels-wide.wasm',
  'dist/NOTICES.txt',
  'dist/webview/frontier.js',
  'dist/webview/frontier.css',
  'dist/webview/standalone.js',
  'dist/webview/standalone.css',
  'dist/webview/standaloneVerification.js',
  'dist/webview/standaloneVerification.css',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
  'docs/figures.md',
  'docs/search.md',
  ...fs.readdirSync(path.join(root, 'schemas')).map((name) => `schemas/${name}`),
];

/** What the package says of itself: the repository's words, without what is VS Code's or for development. */
export function cliManifest() {
  const repository = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
  const { name, version, description, license, type, keywords, bin, engines } = repository;
  return {
    name,
    version,
    description,
    license,
    type,
    keywords,
    bin,
    engines: { node: engines.node },
  };
}

/**
 * Writes the npm tarball of the command line from what is built in dist, without the network. Returns its
 * path. Throws an Error that names each file that is missing.
 */
export function packageCli(folder = root) {
  const missing = FILES.filter((file) => !fs.existsSync(path.join(root, file)));
  if (missing.length > 0) throw new Error(`Not built: ${missing.join(', ')}. Run npm run build.`);
  const staging = fs.mkdtempSync(path.join(os.tmpdir(), 'eigenscope-cli-'));
  try {
    for (const file of FILES) {
      const target = path.join(staging, file);
      fs.mkdirSync(path.dirname(target), { recursive: true });
      fs.copyFileSync(path.join(root, file), target);
      if (/\.mjs$|\.js$|\.css$/.test(file)) dropMapComment(target);
    }
    const manifest = `${JSON.stringify(cliManifest(), null, 2)}\n`;
    fs.writeFileSync(path.join(staging, 'package.json'), manifest);
    fs.mkdirSync(folder, { recursive: true });
    return path.join(folder, packed(staging, path.resolve(folder)));
  } finally {
    fs.rmSync(staging, { recursive: true, force: true });
  }
}

/** The source maps stay behind: a program that looks for them would only say that they are missing. */
function dropMapComment(file) {
  const text = fs.readFileSync(file, 'utf8');
  fs.writeFileSync(file, text.replace(/\n(?:\/\/|\/\*)# sourceMappingURL=.*\s*$/, '\n'));
}

/** Runs `npm pack` in the staging folder; the name of the tarball. */
function packed(staging, destination) {
  const { status, stdout, stderr, error } = spawnSync(
    'npm',
    ['pack', '--json', '--offline', '--ignore-scripts', '--pack-destination', destination],
    { cwd: staging, encoding: 'utf8', shell: process.platform === 'win32' },
  );
  if (status !== 0) throw new Error(`npm pack failed: ${error?.message ?? stderr}`);
  return Object.values(JSON.parse(stdout))[0].filename;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await build({ tests: false });
  const tarball = packageCli();
  const megabytes = (fs.statSync(tarball).size / 1e6).toFixed(2);
  console.log(`Packaged ${path.relative(root, tarball)}, ${megabytes} MB`);
}
