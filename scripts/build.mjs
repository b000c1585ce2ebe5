import * as fs from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { buildWebview } from './buildWebview.mjs';
import { buildKernels } from './kernels.mjs';
import { writeNotices } from './notices.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** Bundles everything into `dist`: what the VSIX and the npm package carry. */
export async function build({ tests = true } = {}) {
  const dist = path.join(root, 'dist');
  fs.rmSync(dist, { recursive: true, force: true });
  fs.mkdirSync(dist, { recursive: true });
  const version = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')).version;
  const node = {
    bundle: true,
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    logLevel: 'warning',
    metafile: true,
    // Its main file is made for AMD too, which cannot be bundled.
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
    define: { EIGENSCOPE_VERSION: JSON.stringify(version) },
    absWorkingDir: root,
  };
  const esm = { ...node, format: 'esm' };
  const [, ...bundles] = await Promise.all([
    buildKernels(dist),
    esbuild.build({ ...esm, entryPoints: ['src/engine/server.ts'], outfile: 'dist/engine.mjs' }),
    esbuild.build({ ...esm, entryPoints: ['src/engine/worker.ts'], outfile: 'dist/worker.mjs' }),
    esbuild.build({ ...esm, entryPoints: ['src/engine/runner.ts'], outfile: 'dist/runner.mjs' }),
    esbuild.build({ ...esm, entryPoints: ['src/engine/trial.ts'], outfile: 'dist/trial.mjs' }),
    esbuild.build({
      ...esm,
      entryPoints: ['src/cli/main.ts'],
      outfile: 'dist/cli.mjs',
      banner: { js: '#!/usr/bin/env node' },
    }),
    buildWebview(path.join(dist, 'webview')),
    ...buildExtension(node),
  ]);
  if (tests) await buildExtensionTests(node);
  writeNotices(
    path.join(dist, 'NOTICES.txt'),
    bundles.map((bundle) => bundle.metafile),
  );
  fs.chmodSync(path.join(dist, 'cli.mjs'), 0o755);
}

/** The activation file is tiny; all else is a second bundle that is loaded by the first command. */
function buildExtension(node) {
  const entries = ['src/extension/main.ts', 'src/extension/session.ts'];
  return entries.map((entry) =>
    esbuild.build({
      ...node,
      format: 'cjs',
      entryPoints: [entry],
      outfile: entry.endsWith('main.ts') ? 'dist/extension.cjs' : 'dist/session.cjs',
      external: ['vscode', './session.cjs'],
    }),
  );
}

function buildExtensionTests(node) {
  return esbuild.build({
    ...node,
    format: 'cjs',
    entryPoints: ['test/extension/index.ts', ...testFiles('test/extension')],
    outdir: 'dist/test',
    outExtension: { '.js': '.cjs' },
    external: ['vscode', 'mocha'],
  });
}

function testFiles(folder) {
  return fs
    .readdirSync(path.join(root, folder))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `${folder}/${name}`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await build();
