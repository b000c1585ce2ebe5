import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/**
 * Builds the panels into `outDir`: `report.js`, `plan.js` and their `.css` for the editor; `standalone.js` and
 * `standalone.css`, which bring theme values of their own, for the report that is one HTML file. Returns
 * esbuild's list of what went in.
 */
export async function buildWebview(outDir) {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: { report: 'webview/report/main.tsx', plan: 'webview/plan/main.tsx' },
    outdir: outDir,
    bundle: true,
    minify: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'warning',
    metafile: true,
  });
  const text = (name) => outputFiles.find((file) => path.basename(file.path) === name).text;
  const theme = await readFile(path.join(root, 'media', 'standalone.css'), 'utf8');
  await mkdir(outDir, { recursive: true });
  const write = (name, content) => writeFile(path.join(outDir, name), content);
  await Promise.all([
    ...['report.js', 'report.css', 'plan.js', 'plan.css'].map((name) => write(name, text(name))),
    write('standalone.js', text('report.js')),
    write('standalone.css', `${theme}\n${text('report.css')}`),
  ]);
  return { metafile };
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await buildWebview(path.join(root, 'dist', 'webview'));
