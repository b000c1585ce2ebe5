import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import { formatMetric, metricById } from '../../src/core/report/metrics.ts';
import type { EigenscopeApi } from '../../src/extension/main.ts';
import { extensionUnderTest, until } from './extensionUnderTest.ts';
import { FileChanges } from './fileChanges.ts';
import { gaussianModel, removeCheckpoint, writeCheckpoint } from './sampleModels.ts';

describe('the sidebar', () => {
  let api: EigenscopeApi;
  let files: vscode.Uri[] = [];

  before(async () => {
    api = await extensionUnderTest().activate();
    files = ['beta.onnx', 'alpha.onnx'].map((name, seed) =>
      writeCheckpoint(name, gaussianModel(2, 40, 20 + seed)),
    );
  });
  after(() => {
    for (const file of files) removeCheckpoint(file);
  });

  /** Base names of the checkpoints that are shown and that these tests wrote. */
  async function shown(): Promise<string[]> {
    const ours = new Set(files.map((file) => file.toString()));
    const nodes = (await api.checkpoints.getChildren()) ?? [];
    return nodes
      .filter(({ uri }) => ours.has(uri.toString()))
      .map(({ uri }) => path.basename(uri.fsPath));
  }

  async function checkpoint(name: string) {
    const nodes = (await api.checkpoints.getChildren()) ?? [];
    const node = nodes.find(({ uri }) => path.basename(uri.fsPath) === name);
    assert.ok(node, `${name} is shown`);
    return { node, item: await api.checkpoints.getTreeItem(node) };
  }

  it('lists the checkpoints of the workspace by their paths', async () => {
    await vscode.commands.executeCommand('eigenscope.refresh');
    assert.deepEqual(await shown(), ['alpha.onnx', 'beta.onnx']);
  });

  it('says that a checkpoint is not analyzed yet, and has nothing below it', async () => {
    const { node, item } = await checkpoint('alpha.onnx');
    assert.equal(item.description, 'not analyzed');
    assert.equal(item.contextValue, 'checkpoint');
    assert.equal(item.collapsibleState, vscode.TreeItemCollapsibleState.None);
    assert.deepEqual(await api.checkpoints.getChildren(node), []);
  });

  it('follows files that come and go', async () => {
    const changes = new FileChanges('**/*.onnx');
    const gamma = writeCheckpoint('gamma.onnx', gaussianModel(1, 32, 30));
    files = [...files, gamma];
    await changes.toldOrRefreshed();
    await until(async () => (await shown()).length === 3);
    assert.deepEqual(await shown(), ['alpha.onnx', 'beta.onnx', 'gamma.onnx']);
    removeCheckpoint(gamma);
    await changes.toldOrRefreshed();
    await until(async () => (await shown()).length === 2);
    assert.deepEqual(await shown(), ['alpha.onnx', 'beta.onnx']);
    changes.dispose();
  });

  it('has the layers of an analyzed checkpoint in graph order, with the figures of the report', async () => {
    const report = await api.analyze(files[1]!);
    assert.ok(report, 'there is a report');
    const { node, item } = await checkpoint('alpha.onnx');
    assert.equal(item.contextValue, 'checkpoint-analyzed');
    assert.equal(item.collapsibleState, vscode.TreeItemCollapsibleState.Collapsed);
    const layers = (await api.checkpoints.getChildren(node)) ?? [];
    const rows = await Promise.all(
      layers.map((layer) => Promise.resolve(api.checkpoints.getTreeItem(layer))),
    );
    const alpha = metricById('alpha');
    assert.deepEqual(
      rows.map(({ label, description }) => [label, description]),
      report.layers.map((layer) => [layer.name, `Alpha ${formatMetric(alpha, layer)}`]),
    );
  });

  it('says why an analysis failed', async () => {
    const changes = new FileChanges('**/*.onnx');
    const broken = writeCheckpoint('broken.onnx', new Uint8Array(0));
    files = [...files, broken];
    await changes.toldOrRefreshed();
    changes.dispose();
    await until(async () => (await shown()).includes('broken.onnx'));
    assert.equal(await api.analyze(broken), undefined);
    const { item } = await checkpoint('broken.onnx');
    assert.equal(item.description, 'failed');
    assert.ok(item.tooltip instanceof vscode.MarkdownString);
    assert.match(item.tooltip.value, /broken.*empty/s);
  });

  it('reveals a layer in the report', async () => {
    const { node } = await checkpoint('alpha.onnx');
    const [layer] = (await api.checkpoints.getChildren(node)) ?? [];
    assert.ok(layer, 'there is a layer');
    const item = await api.checkpoints.getTreeItem(layer);
    assert.equal(item.command?.command, 'eigenscope.revealLayer');
    await vscode.commands.executeCommand(
      'eigenscope.revealLayer',
      ...(item.command.arguments as unknown[]),
    );
    await until(() =>
      vscode.window.tabGroups.all.some((group) =>
        group.tabs.some((tab) => tab.label === 'Spectrum: alpha.onnx'),
      ),
    );
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
});
