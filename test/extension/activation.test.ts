import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import { COMMAND_IDS } from '../../src/extension/commandIds.ts';
import {
  enginePids,
  extensionUnderTest,
  loadedBundles,
  loadedNatives,
} from './extensionUnderTest.ts';

describe('activation', () => {
  it('has not happened before anything was asked', () => {
    assert.equal(extensionUnderTest().isActive, false);
    assert.deepEqual(loadedBundles(), []);
  });

  it('loads one module of all that it has, and starts no process', async () => {
    const extension = extensionUnderTest();
    const before = new Set(Object.keys(require.cache));
    await extension.activate();
    // VS Code's own extensions load theirs in the same host at the same time, and the workbench for
    // tests is installed inside the working tree.
    const loaded = Object.keys(require.cache).filter(
      (file) =>
        !before.has(file) &&
        file.startsWith(extension.extensionPath + path.sep) &&
        !file.includes(path.join('test', 'e2e', 'host')),
    );
    assert.deepEqual(loaded, [path.join(extension.extensionPath, 'dist/extension.cjs')]);
    assert.deepEqual(enginePids(), []);
    assert.equal(extension.extensionKind, vscode.ExtensionKind.Workspace);
  });

  it('registers every command of package.json', async () => {
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      COMMAND_IDS.filter((id) => !registered.has(id)),
      [],
    );
    assert.deepEqual(loadedBundles(), ['extension.cjs']);
  });

  it('loads the rest with the first command, and still starts no engine', async () => {
    await vscode.commands.executeCommand('eigenscope.refresh');
    assert.deepEqual(loadedBundles(), ['extension.cjs', 'session.cjs']);
    assert.deepEqual(enginePids(), []);
  });

  it('loads no native module', () => {
    assert.deepEqual(loadedNatives(), []);
  });
});
