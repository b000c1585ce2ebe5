import * as fs from 'node:fs';
import * as path from 'node:path';
import * as v from 'valibot';
import { afterAll, describe, expect, it } from 'vitest';
import type { AnalyzeProgress } from '../../../src/engine/engineApi.ts';
import { reportSchema, type Report } from '../../../src/core/report/report.ts';
import { CancelledError } from '../../../src/protocol/cancellation.ts';
import { writeOnnx } from '../../fixtures/onnxModel.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { analyzeRequest, testEngine, writeChain } from '../../fixtures/testEngine.ts';

const folder = tempFolder();
const small = writeChain(folder, 'small.onnx', 3, 48);
const big = writeChain(folder, 'big.onnx', 4, 600);
const clients: { dispose(): void }[] = [];
afterAll(() => {
  for (const client of clients) client.dispose();
});

function engine(cacheDir = '', workers = 1) {
  const client = testEngine(cacheDir, workers);
  clients.push(client);
  return client;
}

/** All but what differs from run to run. */
function withoutTimes(report: Report): unknown {
  return { ...report, compute: null };
}

describe('the engine', () => {
  it('gives a report that its schema accepts, one layer a matrix, in graph order', async () => {
    const report = await engine().analyze(analyzeRequest(small));
    expect(v.parse(reportSchema, report)).toEqual(report);
    expect(report.layers.map((layer) => [layer.tensor, layer.status, layer.rows])).toEqual([
      ['layer_0', 'ok', 48],
      ['layer_1', 'ok', 48],
      ['layer_2', 'ok', 48],
    ]);
  });

  it('gives the same figures with one worker and with two, twice', async () => {
    const reports = [];
    for (const workers of [1, 2, 2])
      reports.push(withoutTimes(await engine('', workers).analyze(analyzeRequest(small))));
    expect(reports[1]).toEqual(reports[0]);
    expect(reports[2]).toEqual(reports[0]);
  });

  it('reports progress by work, with names, up to all of it', async () => {
    const seen: AnalyzeProgress[] = [];
    await engine().analyze(analyzeRequest(small), { onProgress: (p) => seen.push(p) });
    expect(seen[0]).toMatchObject({ done: 0, layersDone: 0, layersTotal: 3, running: ['layer_0'] });
    const last = seen.at(-1)!;
    expect([last.done, last.layersDone]).toEqual([last.total, 3]);
    expect(seen.every((p, k) => k === 0 || p.done >= seen[k - 1]!.done)).toBe(true);
  });

  it('counts a layer as running only while it is being solved', async () => {
    const client = engine('', 1);
    const running: number[] = [];
    await client.analyze(analyzeRequest(small), {
      onProgress: (progress) => running.push(progress.running.length),
    });
    expect(new Set(running)).toEqual(new Set([0, 1]));
  });

  it('leaves out what the glob does not match, and says so', async () => {
    const report = await engine().analyze(analyzeRequest(small, { layers: 'layer_1' }));
    expect(report.layers.map((layer) => layer.tensor)).toEqual(['layer_1']);
    expect(report.skipped.map((each) => [each.tensor, each.reason])).toEqual([
      ['layer_0', "not selected: its name does not match 'layer_1'"],
      ['layer_2', "not selected: its name does not match 'layer_1'"],
    ]);
  });

  it('serves a second run, and a renamed copy, from the cache', async () => {
    const cache = path.join(folder, 'cache-1');
    const first = await engine(cache).analyze(analyzeRequest(small));
    const copy = path.join(folder, 'copy.onnx');
    fs.copyFileSync(small, copy);
    const again = await engine(cache).analyze(analyzeRequest(small));
    const renamed = await engine(cache).analyze(analyzeRequest(copy));
    expect([first.compute.cached, again.compute.cached, renamed.compute.cached]).toEqual([0, 3, 3]);
    expect(withoutTimes(again)).toEqual(withoutTimes(first));
    expect(renamed.layers).toEqual(first.layers);
  });

  it('solves again only the layer that changed in a fine-tuned copy', async () => {
    const cache = path.join(folder, 'cache-2');
    await engine(cache).analyze(analyzeRequest(small));
    const tuned = writeChain(folder, 'tuned.onnx', 3, 48, (values, layer) => {
      if (layer === 1) values[7]! += 0.5;
    });
    const report = await engine(cache).analyze(analyzeRequest(tuned));
    expect(report.compute.cached).toBe(2);
  });

  it('puts every singular value in the report where it is asked, and serves one layer on request', async () => {
    const client = engine(path.join(folder, 'cache-3'));
    const report = await client.analyze(analyzeRequest(small, { spectra: true }));
    const layer = report.layers[1]!;
    expect(layer.singularValues).toHaveLength(48);
    const { singularValues } = await client.spectrum({ file: small, mode: 'robust', id: layer.id });
    expect(singularValues).toEqual(layer.singularValues);
    await expect(client.spectrum({ file: small, mode: 'robust', id: 'no such' })).rejects.toThrow(
      `${small} has no layer with the id 'no such'; analyze the file again.`,
    );
  });

  it('reports a layer with NaN and analyzes the others', async () => {
    const file = writeChain(folder, 'nan.onnx', 3, 32, (values, layer) => {
      if (layer === 1) values[5] = NaN;
    });
    const report = await engine().analyze(analyzeRequest(file));
    expect(report.layers.map((layer) => layer.status)).toEqual(['ok', 'failed', 'ok']);
    expect(report.layers[1]!.reason).toBe(
      '1 of 1024 entries are NaN or infinite, the first at index 5',
    );
    expect(report.layers[1]!.findings.map((finding) => finding.code)).toEqual(['non-finite']);
    expect(report.layers[1]!.metrics.svMax).toBeNull();
  });

  it('says of a layer that does not fit in memory what it would need, and solves the others', async () => {
    const report = await engine().analyze(analyzeRequest(big, { memoryLimit: 1e6 }));
    expect(report.layers.every((layer) => layer.status === 'failed')).toBe(true);
    expect(report.layers[0]!.reason).toMatch(/^it needs \d+ MB of memory and 1 MB may be used/);
  });

  it('says of a model without weights that it has none', async () => {
    const file = writeOnnx(folder, 'none.onnx', {
      nodes: [{ op: 'Relu', inputs: ['x'], outputs: ['y'] }],
    });
    const report = await engine().analyze(analyzeRequest(file));
    expect(report.layers).toEqual([]);
    expect(report.findings.map((finding) => finding.code)).toEqual(['no-weights']);
  });

  it('carries the fault of a checkpoint with its name and code', async () => {
    const file = path.join(folder, 'empty.onnx');
    fs.writeFileSync(file, '');
    await expect(engine().analyze(analyzeRequest(file))).rejects.toMatchObject({
      name: 'CheckpointError',
      code: 'empty',
    });
  });
});

describe('an analysis that is cancelled', () => {
  it('rejects, and the next one goes on from the layers that were finished', async () => {
    const cache = path.join(folder, 'cache-4');
    const client = engine(cache);
    const abort = new AbortController();
    const cancelled = client.analyze(analyzeRequest(big), {
      signal: abort.signal,
      onProgress: (progress) => {
        if (progress.layersDone === 1) abort.abort();
      },
    });
    await expect(cancelled).rejects.toBeInstanceOf(CancelledError);
    const pid = client.pid;
    const report = await client.analyze(analyzeRequest(big));
    expect(report.compute.cached).toBeGreaterThanOrEqual(1);
    expect(report.layers.every((layer) => layer.status === 'ok')).toBe(true);
    expect(client.pid).toBe(pid);
  });

  it('rejects at once when the signal was aborted before', async () => {
    const client = engine();
    const signal = AbortSignal.abort();
    await expect(client.analyze(analyzeRequest(small), { signal })).rejects.toBeInstanceOf(
      CancelledError,
    );
    expect(client.pid).toBeUndefined();
  });
});

describe('an engine that dies', () => {
  it('is started again; the layer it was on is named, the others are solved', async () => {
    const client = engine(path.join(folder, 'cache-5'));
    let killed = '';
    const report = await client.analyze(analyzeRequest(big), {
      onProgress: (progress) => {
        if (killed === '' && progress.layersDone === 1 && progress.runningIds.length > 0) {
          killed = progress.runningIds[0]!;
          process.kill(client.pid!, 'SIGKILL');
        }
      },
    });
    const failed = report.layers.filter((layer) => layer.status === 'failed');
    expect(failed.map((layer) => layer.id)).toEqual([killed]);
    expect(failed[0]!.reason).toMatch(
      /the engine ended \(signal SIGKILL\) while it was solving this layer/,
    );
    expect(failed[0]!.findings.map((finding) => finding.code)).toEqual(['not-solved']);
    const after = await client.analyze(analyzeRequest(big));
    expect(after.summary.failed).toBe(0);
  });

  it('says so when it cannot be started', async () => {
    const { createEngineClient } = await import('../../../src/engine/client.ts');
    const client = createEngineClient({ dist: folder, cacheDir: '', version: '0' });
    await expect(client.analyze(analyzeRequest(small))).rejects.toMatchObject({
      name: 'EngineError',
      message: `The engine ended before it reached a layer of ${small}: exit code 1.`,
    });
  });

  it('ends after what it is at when the client is retired, and takes nothing more', async () => {
    const client = engine();
    let pid: number | undefined;
    const report = await client.analyze(analyzeRequest(small), {
      onProgress: () => {
        pid = client.pid;
        client.retire();
      },
    });
    expect(report.layers.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok']);
    expect(pid).toBeGreaterThan(0);
    await expect(client.analyze(analyzeRequest(small))).rejects.toMatchObject({
      name: 'DisconnectedError',
    });
  });

  it('rejects what is pending when the client is disposed of', async () => {
    const client = engine();
    const pending = client.analyze(analyzeRequest(big), {
      onProgress: () => client.dispose(),
    });
    await expect(pending).rejects.toMatchObject({ name: 'DisconnectedError' });
  });
});
