import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { Acceptances } from '../../src/extension/acceptance/acceptances.ts';
import { ReportStore } from '../../src/extension/analysis/reportStore.ts';
import { REPORT_VIEW_TYPE } from '../../src/extension/commandIds.ts';
import type { EigenscopeApi } from '../../src/extension/main.ts';
import { OpenReports } from '../../src/extension/panels/openReports.ts';
import { ReportPanels } from '../../src/extension/panels/reportPanels.ts';
import { extensionUnderTest } from './extensionUnderTest.ts';
import { gaussianModel, removeCheckpoint, writeCheckpoint } from './sampleModels.ts';

/** What VS Code keeps for a workspace, in memory. */
function memento(): vscode.Memento {
  const kept = new Map<string, unknown>();
  return {
    keys: () => [...kept.keys()],
    get: <T>(key: string, absent?: T) => (kept.has(key) ? (kept.get(key) as T) : absent),
    update: (key: string, value: unknown) => {
      kept.set(key, value);
      return Promise.resolve();
    },
  };
}

describe('a report panel after a restart', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'eigenscope-restore-'));
  const log = vscode.window.createOutputChannel('Eigenscope restore', { log: true });
  const acceptances = new Acceptances(log);
  const store = new ReportStore(folder, () => undefined);
  let model: vscode.Uri;

  before(async () => {
    const api: EigenscopeApi = await extensionUnderTest().activate();
    model = writeCheckpoint('restored.onnx', gaussianModel(1, 32, 5));
    const report = await api.analyze(model);
    assert.ok(report, 'there is a report');
    await store.put(model.fsPath, report);
  });
  after(async () => {
    removeCheckpoint(model);
    acceptances.dispose();
    log.dispose();
    rmSync(folder, { recursive: true });
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  interface Kept {
    /** What VS Code kept of the page. */
    readonly state: unknown;
    readonly title: string;
    /** Whether the panel is remembered as open. */
    readonly remembered: boolean;
    /** Whether the checkpoint is in the workspace. */
    readonly listed: boolean;
  }

  /** The title of the panel once it is restored, and whether it has a page; undefined where it was closed. */
  async function restored({ state, title, remembered, listed }: Kept): Promise<string | undefined> {
    const { extensionUri } = extensionUnderTest();
    const open = new OpenReports(memento());
    if (remembered) open.opened({ kind: 'checkpoint', file: model });
    const panels = new ReportPanels({
      extension: extensionUri,
      dist: vscode.Uri.joinPath(extensionUri, 'dist'),
      engine: () => assert.fail('nothing is solved to restore a panel'),
      acceptances,
      analyze: () => Promise.resolve(),
      plan: () => Promise.resolve(),
      log,
      store,
      open,
      checkpoints: () => Promise.resolve(listed ? [model] : []),
    });
    const panel = vscode.window.createWebviewPanel(REPORT_VIEW_TYPE, title, vscode.ViewColumn.One);
    const closed = { value: false };
    panel.onDidDispose(() => (closed.value = true));
    await panels.restore(panel, state);
    const found = closed.value ? undefined : panel.title;
    if (!closed.value) {
      assert.ok(panel.webview.html.includes('report.js'), 'it has its page');
      panel.dispose();
    }
    panels.dispose();
    return found;
  }

  const TITLE = 'Spectrum: restored.onnx';
  const LOST = { state: undefined, title: TITLE, remembered: false, listed: false };

  it('is filled by what its page kept', async () => {
    const state = { tab: 'layers', restore: model.toString() };
    assert.equal(await restored({ ...LOST, title: '', state }), TITLE);
  });

  it('is filled by its title where VS Code had not stored what the page kept', async () => {
    assert.equal(await restored({ ...LOST, remembered: true }), TITLE);
  });

  it('is filled by its title where nothing of it was stored but the workspace has the model', async () => {
    assert.equal(await restored({ ...LOST, listed: true }), TITLE);
  });

  it('is filled by its title where what was kept is damaged', async () => {
    for (const state of [null, 7, {}, { restore: 3 }, { restore: '' }, { restore: 'saved:' }])
      assert.equal(await restored({ ...LOST, remembered: true, state }), TITLE);
  });

  it('is closed where nothing says what it showed', async () => {
    assert.equal(await restored(LOST), undefined);
    assert.equal(
      await restored({ ...LOST, title: 'Spectrum: other.onnx', listed: true }),
      undefined,
    );
  });
});
