import * as fs from 'node:fs';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../../src/core/report/report.ts';
import { analyze } from '../../../src/engine/analyze.ts';
import type {
  AnalyzeProgress,
  AnalyzeRequest,
  CallContext,
} from '../../../src/engine/engineApi.ts';
import { GpuQueue, type GpuSpan } from '../../../src/engine/gpu/gpuQueue.ts';
import { GpuShare } from '../../../src/engine/gpu/gpuShare.ts';
import { WorkerPool } from '../../../src/engine/workerPool.ts';
import { CancelledError } from '../../../src/protocol/cancellation.ts';
import { FAULT, LARGEST_WINDOW, type FaultyStart } from '../../fixtures/gpuThread.ts';
import { softwareGpuOptions, vulkan } from '../../fixtures/softwareGpu.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { analyzeRequest, DIST, writeChain } from '../../fixtures/testEngine.ts';

/** Compiling for a software adapter takes many seconds on a busy machine. */
const COMPILE_MS = 300_000;

/** Where all cores are busy a thread may begin only when there is nothing left to overlap with. */
const OVERLAP = { timeout: COMPILE_MS, retry: 3 };

/** The fewest of which both the device and a worker get one: three are on the device at a time. */
const LAYERS = 5;

const folder = tempFolder();

describe.skipIf(!vulkan)('an analysis on the software Vulkan', () => {
  const small = writeChain(folder, 'small.onnx', LAYERS, 16);
  // Past the size that is solved wholly on the device; in compat mode one matrix a layer.
  const large = writeChain(folder, 'large.onnx', 3, LARGEST_WINDOW + 16);
  const wasm = new Uint8Array(fs.readFileSync(path.join(DIST, 'kernels.wasm')));
  const fault = new SharedArrayBuffer(4);
  const spans: GpuSpan[] = [];
  const pool = new WorkerPool(
    pathToFileURL(path.join(DIST, 'worker.mjs')),
    () => Promise.resolve({ name: 'wasm', reason: '' }),
    { wasm, dist: DIST, cacheDir: '' },
    1,
  );
  let queue: GpuQueue;

  beforeAll(async () => {
    const script = path.join(folder, 'gpuThread.mjs');
    await esbuild.build({
      entryPoints: ['test/fixtures/gpuThread.ts'],
      ...{ bundle: true, platform: 'node', format: 'esm', outfile: script, logLevel: 'error' },
    });
    const { from, preload } = softwareGpuOptions();
    const start: Omit<FaultyStart, 'kind'> = {
      ...{ wasm, cacheDir: '', dist: from, workers: 1, adapterName: '', preload, fault },
      preparer: pathToFileURL(path.join(DIST, 'worker.mjs')).href,
    };
    queue = new GpuQueue({
      script: pathToFileURL(script),
      start,
      finishBand: (blocks, count, cancelled) => pool.finishBand(blocks, count, cancelled),
      onSpan: (span) => spans.push(span),
    });
    // Compiles.
    await analyzed({ file: small, layers: 'layer_0', mode: 'compat' });
  }, COMPILE_MS);

  afterAll(async () => {
    queue.close();
    await pool.close();
  });

  async function analyzed(
    request: Partial<AnalyzeRequest>,
    kind: number = FAULT.none,
    context: CallContext<AnalyzeProgress> = {},
  ): Promise<{ report: Report; share: GpuShare }> {
    Atomics.store(new Int32Array(fault), 0, kind);
    const share = new GpuShare(queue, (await queue.accepted())!);
    const { adapter, reason } = await queue.selfTest;
    const of = () => Promise.resolve({ share, adapter: adapter!.name, reason });
    const asked = { precision: 'fast', device: 'gpu', spectra: true, ...request } as const;
    const report = await analyze(
      analyzeRequest(asked.file!, asked),
      { pool, devices: { of } },
      'test',
      context,
    );
    return { report, share };
  }

  const onPool = (file: string, changes: Partial<AnalyzeRequest> = {}): Promise<Report> =>
    analyze(
      analyzeRequest(file, { spectra: true, ...changes }),
      {
        pool,
        devices: { of: () => Promise.resolve({ share: undefined, adapter: '', reason: '' }) },
      },
      'test',
    );

  function expectSameFigures(found: Report, expected: Report): void {
    for (const [k, layer] of expected.layers.entries()) {
      const { status, singularValues = [], findings, metrics } = found.layers[k]!;
      expect(status).toBe('ok');
      const apart = layer.singularValues!.map((s, i) => Math.abs(s - singularValues[i]!));
      expect(Math.max(...apart)).toBeLessThan(2e-6 * layer.singularValues![0]!);
      expect(findings.map(({ code }) => code)).toEqual(layer.findings.map(({ code }) => code));
      expect(metrics.noiseFloor ?? 0).toBeGreaterThanOrEqual(layer.metrics.noiseFloor ?? 0);
    }
    expect(found.findings.map(({ code }) => code)).toEqual(
      expected.findings.map(({ code }) => code),
    );
  }

  it(
    'shares one list with the workers, and agrees with them to the error of fast precision',
    async () => {
      const { report, share } = await analyzed({ file: small });
      expectSameFigures(report, await onPool(small));
      const { gpu, cpu } = share.counts;
      expect(gpu + cpu).toBe(LAYERS);
      expect(Math.min(gpu, cpu)).toBeGreaterThan(0);
      expect(report.compute.device).toEqual({
        adapter: expect.stringContaining('SwiftShader') as string,
        layers: gpu,
        reason: expect.stringContaining('is used') as string,
      });
      expect(report.compute.notes).toBeUndefined();
      expect(report.settings).toMatchObject({ precision: 'fast', device: 'gpu' });
    },
    COMPILE_MS,
  );

  it('prepares matrices on threads of their own while the device has others', OVERLAP, async () => {
    spans.length = 0;
    const { share } = await analyzed({ file: small });
    const prepared = spans.filter(({ stage }) => stage === 'prepare');
    const onDevice = spans.filter(({ stage }) => stage === 'device');
    expect(new Set(prepared.map(({ id }) => id)).size).toBe(share.counts.gpu);
    expect(onDevice.length).toBeGreaterThan(share.counts.gpu);
    const overlapping = prepared.filter(({ start, end }) =>
      onDevice.some((other) => other.start < end && other.end > start),
    );
    expect(overlapping.length).toBeGreaterThanOrEqual(1);
  });

  it('finishes one matrix in the pool while the device has the next', OVERLAP, async () => {
    spans.length = 0;
    const { report, share } = await analyzed({ file: large, mode: 'compat' });
    expect(share.counts).toEqual({ gpu: 3, cpu: 0 });
    expectSameFigures(report, await onPool(large, { mode: 'compat' }));
    const finishes = spans.filter(({ stage }) => stage === 'finish');
    const onDevice = spans.filter(({ stage }) => stage === 'device');
    expect([finishes.length, onDevice.length]).toEqual([3, 3]);
    const overlapping = finishes.filter((finish) =>
      onDevice.some(
        (other) => other.id !== finish.id && other.start < finish.end && other.end > finish.start,
      ),
    );
    expect(overlapping.length).toBeGreaterThanOrEqual(1);
  });

  it(
    'ends when it is cancelled, and the device goes on with the next',
    async () => {
      const abort = new AbortController();
      const onProgress = (): void => abort.abort();
      const context = { signal: abort.signal, onProgress };
      const run = analyzed({ file: large, mode: 'compat' }, FAULT.none, context);
      await expect(run).rejects.toThrow(CancelledError);
      const { share } = await analyzed({ file: small, layers: 'layer_1', mode: 'compat' });
      expect(share.counts).toEqual({ gpu: 1, cpu: 0 });
    },
    COMPILE_MS,
  );

  it.each([
    ['whose memory is refused', FAULT.refusesMemory, 'refuses', true],
    ['that lies', FAULT.lies, 'wrong result', false],
    ['that is lost', FAULT.isLost, 'was lost', false],
  ] as const)(
    'solves every layer again on the CPU that was on a device %s, and says so',
    async (_, kind, text, isSound) => {
      // Without shuffles a layer is one solve, and what is proved is the same.
      const { report, share } = await analyzed({ file: small, mode: 'compat' }, kind);
      expectSameFigures(report, await onPool(small, { mode: 'compat' }));
      expect(share.counts).toEqual({ gpu: 0, cpu: LAYERS });
      expect(share.isOpen).toBe(isSound);
      const notes = report.compute.notes ?? [];
      expect(notes.join('\n')).toContain(text);
      for (const { id } of share.refusals)
        expect(notes.filter((note) => note.includes(id)).length).toBe(1);
      expect(report.compute.device?.layers).toBe(0);
    },
    COMPILE_MS,
  );
});
