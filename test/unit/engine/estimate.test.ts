import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { absentAdapter } from '../../../src/core/linalg/gpu/adapterAcceptance.ts';
import { GpuError } from '../../../src/core/linalg/gpu/gpuError.ts';
import { solveFlops } from '../../../src/core/linalg/singularValues.ts';
import { shuffleCount } from '../../../src/core/spectrum/shuffles.ts';
import type { Estimate } from '../../../src/engine/engineApi.ts';
import { estimate } from '../../../src/engine/estimate.ts';
import { GpuShare } from '../../../src/engine/gpu/gpuShare.ts';
import { rememberSpeed } from '../../fixtures/rememberedSpeed.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { analyzeRequest, testEngine, writeChain } from '../../fixtures/testEngine.ts';

const folder = tempFolder();
const model = writeChain(folder, 'chain.onnx', 3, 64);
const request = analyzeRequest(model);

/** Floating-point operations a second of a machine on which a run of this model takes minutes. */
const SLOW = 1e5;

function engineWith(speed: number | string) {
  const cacheDir = fs.mkdtempSync(path.join(folder, 'cache-'));
  if (typeof speed === 'number') rememberSpeed(cacheDir, speed);
  else fs.writeFileSync(path.join(cacheDir, 'speed.json'), speed);
  const engine = testEngine(cacheDir);
  opened.push(engine);
  return { engine, cacheDir };
}

const opened: { dispose(): void }[] = [];
afterAll(() => opened.forEach((engine) => engine.dispose()));

describe('the estimate of an analysis', () => {
  it('has every matrix in graph order, with the time of its solves', async () => {
    const { entries, workers } = await engineWith(SLOW).engine.estimate(request);
    expect(workers).toBe(1);
    expect(entries.map(({ id, rows, cols, matrices }) => [id, rows, cols, matrices])).toEqual(
      ['layer_0', 'layer_1', 'layer_2'].map((id) => [
        expect.stringContaining(id) as string,
        64,
        64,
        1,
      ]),
    );
    const solves = (1 + shuffleCount(64)) * solveFlops(64, 64);
    for (const { seconds } of entries) expect(seconds).toBeGreaterThanOrEqual(solves / SLOW);
  });

  it('counts nothing for what the cache has', async () => {
    const { engine } = engineWith(SLOW);
    const leftOut = { [(await engine.estimate(request)).entries[1]!.id]: 'not now' };
    await engine.analyze({ ...request, leftOut });
    const { entries } = await engine.estimate(request);
    expect(entries.map(({ seconds }) => seconds > 0)).toEqual([false, true, false]);
  });

  it.each([
    ['there is none', ''],
    ['it is damaged', '{"flopsPerSecond":'],
    ['it is of other kernels', '{"flopsPerSecond":{"0":1}}'],
    ['it is no speed', '{"flopsPerSecond":"fast"}'],
  ])('measures the speed of the machine where %s, and remembers it', async (_what, text) => {
    const { engine, cacheDir } = engineWith(text);
    const { entries } = await engine.estimate(request);
    const kept = JSON.parse(fs.readFileSync(path.join(cacheDir, 'speed.json'), 'utf8')) as {
      flopsPerSecond: Record<string, number>;
    };
    const measured = Math.max(...Object.values(kept.flopsPerSecond));
    expect(measured).toBeGreaterThan(1e6);
    expect(entries[0]!.seconds * measured).toBeGreaterThan(solveFlops(64, 64));
  });

  it('rejects for a file that cannot be read, as the analysis does', async () => {
    const missing = analyzeRequest(path.join(folder, 'missing.onnx'));
    await expect(engineWith(SLOW).engine.estimate(missing)).rejects.toMatchObject({
      name: 'CheckpointError',
      code: 'not-found',
    });
  });
});

describe('layers that are left out', () => {
  it('are among the skipped with the reason, the others are analyzed', async () => {
    const { engine } = engineWith(SLOW);
    const [first] = (await engine.estimate(request)).entries;
    const report = await engine.analyze({ ...request, leftOut: { [first!.id]: 'too long' } });
    expect(report.layers.map(({ name }) => name)).toEqual(['layer_1', 'layer_2']);
    expect(report.skipped.map(({ tensor, reason }) => [tensor, reason])).toEqual([
      ['layer_0', 'too long'],
    ]);
  });
});

describe('the estimate where a GPU takes part', () => {
  const WORKERS = 2;
  const tools = (cpu: number, gpu: number) => ({
    workers: WORKERS,
    speed: { flopsPerSecond: () => SLOW, kernelsHash: '' },
    cacheDir: '',
    backend: () => Promise.resolve({ name: 'wasm', reason: '' } as const),
    devices: { of: () => Promise.resolve({ share: shareOf(cpu, gpu), adapter: '', reason: '' }) },
  });
  const shareOf = (cpu: number, gpu: number): GpuShare => {
    const selfTest = { ...absentAdapter(new GpuError('unavailable', '')), isUsed: true };
    const solver = { backend: 'webgpu', kernels: '' } as const;
    const unused = (): never => {
      throw new Error('An estimate solves nothing.');
    };
    return new GpuShare(
      { solve: unused, distrust: unused },
      {
        selfTest: { ...selfTest, calibration: { cpu, gpu } },
        solver,
      },
    );
  };

  it.each([
    ['ten times as fast as both workers', 10, 11],
    ['as fast as both workers', 1, 2],
    ['half as fast as one worker', 0.25, 1.25],
  ])('is that of both together where it is %s', async (_, ratio, gain) => {
    const fast = { ...request, precision: 'fast', device: 'gpu' } as const;
    const alone = await estimate(request, tools(1, 0));
    const together = await estimate(fast, tools(20, 20 * ratio));
    const seconds = ({ entries, workers }: Estimate) =>
      entries.reduce((sum, each) => sum + each.seconds, 0) / workers;
    expect(seconds(alone) / seconds(together)).toBeCloseTo(gain, 10);
    // No matrix takes longer than on one worker, and none is shared by two.
    const longest = ratio * WORKERS > 1 ? ratio * WORKERS : 1;
    expect(alone.entries[0]!.seconds / together.entries[0]!.seconds).toBeCloseTo(longest, 10);
  });

  it('does not open the device for what is done in seconds', async () => {
    const speed = { flopsPerSecond: () => 1e12, kernelsHash: '' };
    const of = () => Promise.reject(new Error('opened'));
    const found = await estimate(request, { ...tools(1, 1), speed, devices: { of } });
    expect(found.workers).toBe(WORKERS);
  });
});
