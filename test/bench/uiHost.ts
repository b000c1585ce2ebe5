import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { EigenscopeApi } from '../../src/extension/main.ts';

const MODEL = 'ch_PP-OCRv4_rec_infer.onnx';

/** How long the host is watched while it does nothing of ours: what it does then is not ours either. */
const IDLE_MS = 3000;

/** The longest time in milliseconds that the host's event loop did not turn while the work went on. */
async function longestStall(work: () => Promise<unknown>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await work();
  delay.disable();
  return delay.max / 1e6;
}

/** Called by VS Code inside the extension host: measures it there, and writes the figures as JSON. */
export async function run(): Promise<void> {
  const output = process.env['EIGENSCOPE_TEST_RESULTS'];
  const extension = vscode.extensions.getExtension<EigenscopeApi>('eigenscope.eigenscope');
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  assert.ok(output !== undefined && extension && folder);
  const idleStall = await longestStall(() => setTimeout(IDLE_MS));
  const started = performance.now();
  const api = await extension.activate();
  const activation = performance.now() - started;
  const model = vscode.Uri.joinPath(folder, MODEL);
  const stall = await longestStall(async () => assert.ok(await api.analyze(model)));
  writeFileSync(output, JSON.stringify({ activation, idleStall, stall }));
}
