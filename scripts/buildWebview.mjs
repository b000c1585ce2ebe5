import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

const EDITOR_PANELS = ['report', 'plan', 'verification'];

/** Panels that are one HTML file, by the names of their files. */
const STANDALONE = {
  standalone: 'report',
  frontier: 'frontier',
  standaloneVerification: 'verification',
};

/**
 * Builds the panels into `outDir`: `report.js`, `plan.js`, `verification.js` and their `.css` for the editor;
 * `standalone.js` and `standalone.css`, which bring theme values of their own, for the report that is one HTML file;
 * `frontier.js` and `.css` alike for the page of a frontier, `standaloneVerification.js` and `.css` for that of a
 * verification. Returns esbuild's list of what went in.
 */
export async function buildWebview(outDir) {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(
      [...EDITOR_PANELS, 'frontier'].map((name) => [name, `webview/${name}/main.tsx`]),
    ),
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
    ...EDITOR_PANELS.flatMap((name) => [`${name}.js`, `${name}.css`]).map((name) =>
      write(name, text(name)),
    ),
    ...Object.entries(STANDALONE).flatMap(([name, panel]) => [
      write(`${name}.js`, text(`${panel}.js`)),
      write(`${name}.css`, `${theme}\n${text(`${panel}.css`)}`),
    ]),
  ]);
  return { metafile };
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await buildWebview(path.join(root, 'dist', 'webview'));
