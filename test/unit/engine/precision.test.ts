import * as fs from 'node:fs';
import * as path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../../src/core/report/report.ts';
import type { BackendChoice } from '../../../src/engine/backendName.ts';
import { createEngineClient } from '../../../src/engine/client.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { analyzeRequest, DIST, writeChain } from '../../fixtures/testEngine.ts';

const SIDE = 388;

const folder = tempFolder();

let file: string;
beforeAll(() => {
  // Past the direct method's size; the last layer has two equal columns, and so a value that is zero.
  file = writeChain(folder, 'layers.onnx', 2, SIDE, (values, layer) => {
    if (layer === 1) for (let i = 0; i < SIDE; i++) values[i * SIDE + 7] = values[i * SIDE + 3]!;
  });
});

async function analyzed(
  backend: BackendChoice,
  workers: number,
  precision: 'exact' | 'fast' = 'exact',
  cacheDir = '',
): Promise<Report> {
  const engine = createEngineClient({ dist: DIST, cacheDir, version: 'test', workers, backend });
  try {
    return await engine.analyze(analyzeRequest(file, { precision, spectra: true }));
  } finally {
    engine.dispose();
  }
}

describe('a backend fixed by name', () => {
  test.each(['wasm-fma', 'ort'] as const)(
    '%s gives the same bits with 1, 2 and 3 workers',
    async (backend) => {
      const [one, two, three] = [1, 2, 3].map((workers) => analyzed(backend, workers));
      const { layers, summary, compute } = await one!;
      expect(compute.backend).toBe(backend);
      expect(layers.map(({ status }) => status)).toEqual(['ok', 'ok']);
      for (const other of [await two!, await three!]) {
        expect(other.layers).toEqual(layers);
        expect(other.summary).toEqual(summary);
      }
    },
  );

  test('and another agree to 5e-13 of the largest value, with the same findings', async () => {
    const [first, ...others] = await Promise.all(
      (['wasm', 'wasm-fma', 'ort-fma'] as const).map((backend) => analyzed(backend, 1)),
    );
    for (const other of others) {
      for (const [k, layer] of first!.layers.entries()) {
        const { singularValues = [], findings } = other.layers[k]!;
        const apart = layer.singularValues!.map((s, i) => Math.abs(s - singularValues[i]!));
        expect(Math.max(...apart)).toBeLessThan(5e-13 * layer.singularValues![0]!);
        expect(findings.map(({ code }) => code)).toEqual(layer.findings.map(({ code }) => code));
      }
    }
  });
});

describe('a backend chosen by a trial', () => {
  test('is one of the known, is remembered beside the spectra, and says why it is not a faster one', async () => {
    const cacheDir = path.join(folder, 'cache');
    const first = await analyzed('auto', 1, 'exact', cacheDir);
    const files = fs.readdirSync(cacheDir).filter((name) => name.startsWith('calibration-'));
    expect(files).toHaveLength(1);
    const kept = fs.readFileSync(path.join(cacheDir, files[0]!), 'utf8');
    const { useOrt, reason } = JSON.parse(kept) as { useOrt: boolean; reason: string };
    expect(first.compute.backend).toBe(useOrt ? 'ort-fma' : 'wasm-fma');
    expect(first.compute.backendReason).toBe(useOrt ? undefined : reason);

    const told = JSON.stringify({ useOrt: !useOrt, reason: useOrt ? 'as told' : '' });
    fs.writeFileSync(path.join(cacheDir, files[0]!), told);
    const second = await analyzed('auto', 1, 'exact', cacheDir);
    expect(second.compute.backend).toBe(useOrt ? 'wasm-fma' : 'ort-fma');
  });
});

describe('fast precision', () => {
  test('is within its error of exact, and says so', async () => {
    const exact = await analyzed('wasm-fma', 1);
    const fast = await analyzed('wasm-fma', 1, 'fast');
    expect([exact.settings.precision, fast.settings.precision]).toEqual(['exact', 'fast']);
    for (const [k, layer] of exact.layers.entries()) {
      const { singularValues = [], metrics } = fast.layers[k]!;
      const largest = layer.singularValues![0]!;
      const apart = layer.singularValues!.map((s, i) => Math.abs(s - singularValues[i]!));
      expect(Math.max(...apart)).toBeLessThan(2e-6 * largest);
      expect(Math.max(...apart)).toBeGreaterThan(0);
      expect(metrics.noiseFloor).toBeCloseTo(2e-6 * metrics.svMax!, 9);
      expect(metrics.matrixRank).toBe(layer.metrics.matrixRank);
    }
  });

  test('gives no figure that rests on values it cannot tell from zero', async () => {
    const { layers } = await analyzed('wasm-fma', 1, 'fast');
    const codes = layers.map(({ findings }) => findings.map(({ code }) => code));
    expect(codes.map((each) => each.includes('fast-precision'))).toEqual([false, true]);
    const { svMin, conditionNumber, matrixRank } = layers[1]!.metrics;
    expect([svMin, conditionNumber, matrixRank]).toEqual([null, null, SIDE - 1]);
    expect(layers[0]!.metrics.svMin).toBeGreaterThan(0);
  });

  test('is served by exact spectra of the cache, never the reverse', async () => {
    const cacheDir = path.join(folder, 'precisions');
    const cached = async (precision: 'exact' | 'fast', dir: string): Promise<number> =>
      (await analyzed('wasm-fma', 1, precision, dir)).compute.cached;
    expect(await cached('exact', cacheDir)).toBe(0);
    expect(await cached('fast', cacheDir)).toBe(2);
    const other = `${cacheDir}-fast`;
    expect(await cached('fast', other)).toBe(0);
    expect(await cached('fast', other)).toBe(2);
    expect(await cached('exact', other)).toBe(0);
  });
});
