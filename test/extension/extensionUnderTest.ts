import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { EigenscopeApi } from '../../src/extension/main.ts';

export function extensionUnderTest(): vscode.Extension<EigenscopeApi> {
  const extension = vscode.extensions.getExtension<EigenscopeApi>('eigenscope.eigenscope');
  assert.ok(extension, 'VS Code knows the extension');
  return extension;
}

/** Names of the extension's own bundles that the host has loaded, the tests' left out. */
export function loadedBundles(): string[] {
  const dist = path.join(extensionUnderTest().extensionPath, 'dist') + path.sep;
  return Object.keys(require.cache)
    .filter((file) => file.startsWith(dist))
    .map((file) => path.relative(dist, file))
    .filter((name) => !name.startsWith('test'))
    .sort();
}

/** Native modules that the host has loaded from the extension. */
export function loadedNatives(): string[] {
  const { extensionPath } = extensionUnderTest();
  return Object.keys(require.cache).filter(
    (file) => file.startsWith(path.join(extensionPath, 'dist')) && file.endsWith('.node'),
  );
}

/** Ids of the engine processes that this extension host has started and that live. */
export function enginePids(): number[] {
  return readdirSync('/proc/self/task')
    .flatMap((task) => readFileSync(`/proc/self/task/${task}/children`, 'utf8').split(' '))
    .filter((pid) => pid !== '')
    .map(Number)
    .filter((pid) => commandLine(pid).includes('engine.mjs'));
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    // It has ended since it was listed.
    return '';
  }
}

/** Resolves when the condition holds; the runner's own limit ends a wait that is in vain. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}

export function workspaceFolder(): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder, 'the workbench has a workspace folder');
  return folder.uri;
}
