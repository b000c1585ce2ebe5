import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import * as vscode from 'vscode';
import { parseReport } from '../../src/core/report/parseReport.ts';
import type { Report } from '../../src/core/report/report.ts';
import type { EigenscopeApi } from '../../src/extension/main.ts';
import { enginePids, extensionUnderTest, until } from './extensionUnderTest.ts';
import { gaussianModel, removeCheckpoint, writeCheckpoint } from './sampleModels.ts';

/**
 * What the command line prints for the file; it has no cache and solves everything. Which backend is the
 * fastest is measured, and two measurements may differ: it gets the one that the extension's engine chose.
 */
function commandLineReport(file: string, backend: string): Report {
  const cli = path.join(extensionUnderTest().extensionPath, 'dist/cli.mjs');
  const text = execFileSync(
    process.execPath,
    [cli, 'analyze', file, '--json', '-', '--quiet', '--no-cache', '--backend', backend],
    { encoding: 'utf8', maxBuffer: 2 ** 28 },
  );
  return parseReport(text, 'the command line');
}

/** Without what depends on the clock, the machine's load and the cache. */
function comparable(report: Report): object {
  return { ...report, compute: report.compute.backend };
}

function reportTabs(): vscode.Tab[] {
  return vscode.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter(
      ({ input }) =>
        input instanceof vscode.TabInputWebview && input.viewType.endsWith('eigenscope.report'),
    );
}

describe('analysis', () => {
  let api: EigenscopeApi;
  let model: vscode.Uri;

  before(async () => {
    api = await extensionUnderTest().activate();
    model = writeCheckpoint('gaussian.onnx', gaussianModel(3, 48, 7));
  });
  after(async () => {
    removeCheckpoint(model);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('gives the report that the command line gives', async () => {
    const report = await api.analyze(model);
    assert.ok(report, 'there is a report');
    assert.equal(report.layers.length, 3);
    assert.deepEqual(
      comparable(report),
      comparable(commandLineReport(model.fsPath, report.compute.backend)),
    );
  });

  it('ran in an engine of its own', () => {
    assert.equal(enginePids().length, 1);
  });

  it('takes what is known from the cache', async () => {
    const report = await api.analyze(model);
    assert.equal(report?.compute.cached, 3);
  });

  it('opens the report beside the code and leaves the code in front', async () => {
    const code = await vscode.workspace.openTextDocument({ content: 'import torch\n' });
    await vscode.window.showTextDocument(code, vscode.ViewColumn.One);
    await vscode.commands.executeCommand('eigenscope.analyze', model, [model]);
    await until(() => reportTabs().length > 0);
    assert.deepEqual(
      reportTabs().map((tab) => [tab.label, tab.group.viewColumn]),
      [['Spectrum: gaussian.onnx', vscode.ViewColumn.Two]],
    );
    assert.equal(vscode.window.activeTextEditor?.document, code);
  });

  it('uses the panel of the same checkpoint again', async () => {
    await vscode.commands.executeCommand('eigenscope.analyze', model);
    await vscode.commands.executeCommand('eigenscope.showReport', model);
    assert.equal(reportTabs().length, 1);
  });

  it('analyzes the checkpoint of the tab in front, which has no text editor', async () => {
    const other = writeCheckpoint('other.onnx', gaussianModel(2, 32, 8));
    try {
      await vscode.commands.executeCommand('vscode.open', other, vscode.ViewColumn.One);
      await until(() => vscode.window.tabGroups.activeTabGroup.activeTab?.label === 'other.onnx');
      assert.equal(vscode.window.activeTextEditor, undefined);
      await vscode.commands.executeCommand('eigenscope.analyzeActive');
      await until(() => reportTabs().length === 2);
      assert.deepEqual(
        reportTabs().map((tab) => [tab.label, tab.group.viewColumn]),
        [
          ['Spectrum: gaussian.onnx', vscode.ViewColumn.Two],
          ['Spectrum: other.onnx', vscode.ViewColumn.Two],
        ],
      );
    } finally {
      removeCheckpoint(other);
    }
  });

  it('gives no report of a file that is none, and goes on working', async () => {
    const text = writeCheckpoint('text.onnx', new TextEncoder().encode('no model at all\n'));
    try {
      assert.equal(await api.analyze(text), undefined);
      assert.equal((await api.analyze(model))?.layers.length, 3);
    } finally {
      removeCheckpoint(text);
    }
  });

  it('stops when it is cancelled, and what waits behind it is not begun', async () => {
    const large = writeCheckpoint('large.onnx', gaussianModel(6, 700, 9));
    const next = writeCheckpoint('next.onnx', gaussianModel(1, 32, 10));
    try {
      const running = api.analyze(large);
      const waiting = api.analyze(next);
      await until(async () => /^\d+ %/.test(await rowOf(api, large)));
      await vscode.commands.executeCommand('eigenscope.cancel');
      assert.deepEqual(await Promise.all([running, waiting]), [undefined, undefined]);
      assert.equal(await rowOf(api, large), 'not analyzed');
      assert.equal(await rowOf(api, next), 'not analyzed');
    } finally {
      removeCheckpoint(large);
      removeCheckpoint(next);
    }
  });
});

/** What the sidebar says beside a checkpoint's name. */
async function rowOf({ checkpoints }: EigenscopeApi, file: vscode.Uri): Promise<string> {
  const nodes = (await checkpoints.getChildren()) ?? [];
  const node = nodes.find(({ uri }) => uri.toString() === file.toString());
  assert.ok(node, `${file.fsPath} is in the sidebar`);
  const { description } = await checkpoints.getTreeItem(node);
  return typeof description === 'string' ? description : '';
}
