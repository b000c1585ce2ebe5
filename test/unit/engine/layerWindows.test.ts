import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../../src/core/report/report.ts';
import type { WindowsSettings } from '../../../src/engine/engineApi.ts';
import { CancelledError } from '../../../src/protocol/cancellation.ts';
import { matMul, writeOnnx, type TensorSpec } from '../../fixtures/onnxModel.ts';
import { seededRandom } from '../../fixtures/seededRandom.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { analyzeRequest, testEngine } from '../../fixtures/testEngine.ts';

function gaussian(name: string, dims: readonly [number, number, ...number[]]): TensorSpec {
  const random = seededRandom(dims[0] * 1000 + dims[1]);
  const length = dims.reduce((product, size) => product * size, 1);
  return { name, dims, values: Float64Array.from({ length }, () => random.normal() / 10) };
}

const USUAL: WindowsSettings = { rows: 128, ratio: 1, perSide: 8 };

const engine = testEngine(tempFolder(), 1);
const pair = testEngine(tempFolder(), 2);
afterAll(() => {
  engine.dispose();
  pair.dispose();
});

let file: string;
let report: Report;
beforeAll(async () => {
  file = writeOnnx(tempFolder(), 'windows.onnx', {
    nodes: [
      matMul('wide'),
      matMul('large'),
      { op: 'Conv', inputs: ['image', 'kernel'], outputs: ['seen'], attributes: { group: 1 } },
    ],
    initializers: [
      gaussian('wide', [96, 384]),
      gaussian('large', [600, 600]),
      gaussian('kernel', [16, 12, 3, 3]),
    ],
  });
  report = await engine.analyze(analyzeRequest(file));
}, 60_000);

const idOf = (tensor: string): string => report.layers.find((layer) => layer.tensor === tensor)!.id;

const solve = (settings: WindowsSettings, tensor = 'wide', mode: 'robust' | 'compat' = 'robust') =>
  engine.farms({ file, mode, id: idOf(tensor), settings });

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

describe('other windows of a layer', () => {
  it('are, with the settings of the report, those of the report, but for the shuffles', async () => {
    const { farms, esd } = await solve(USUAL);
    const layer = report.layers.find(({ tensor }) => tensor === 'wide')!;
    expect(farms).toEqual({ ...layer.fits.farms, null: null });
    expect(esd).toEqual(layer.farmsEsd);
  });

  it.each<[string, WindowsSettings, readonly [number, number, number]]>([
    ['smaller ones', { rows: 32, ratio: 1, perSide: 4 }, [16, 32, 32]],
    ['twice as wide', { rows: 48, ratio: 2, perSide: 3 }, [9, 48, 96]],
    ['twice as high', { rows: 64, ratio: 0.5, perSide: 2 }, [4, 64, 32]],
    ['one alone', { rows: 96, ratio: 4, perSide: 1 }, [1, 96, 384]],
    ['narrowed to the matrix', { rows: 96, ratio: 8, perSide: 2 }, [2, 48, 384]],
    ['as high as the matrix', { rows: 5000, ratio: 1, perSide: 4 }, [4, 96, 96]],
  ])('are solved: %s', async (_, settings, [windows, rows, cols]) => {
    const { farms, esd } = await solve(settings);
    const numEvals = windows * Math.min(rows, cols);
    expect(farms).toMatchObject({ windows, rows, cols, numEvals, comparable: false });
    expect(total(esd.counts)).toBe(numEvals);
    expect(farms.alpha).toBeGreaterThan(1);
  });

  it('of a flattened convolution are those of its matrix', async () => {
    const { farms } = await solve({ rows: 8, ratio: 1, perSide: 2 }, 'kernel');
    expect(farms).toMatchObject({ rows: 8, cols: 8, windows: 4, numEvals: 32 });
  });

  it.each<[string, WindowsSettings, string]>([
    ['no rows', { ...USUAL, rows: 0 }, 'A window cannot have 0 rows'],
    ['part of a row', { ...USUAL, rows: 12.5 }, 'A window cannot have 12.5 rows'],
    ['no windows', { ...USUAL, perSide: 0 }, 'There cannot be 0 windows along a side'],
    ['too many', { ...USUAL, perSide: 41 }, 'There cannot be 41 windows along a side'],
    ['no columns', { ...USUAL, ratio: 0 }, 'cannot have 0 times as many columns'],
    ['one column', { ...USUAL, rows: 3, ratio: 0.5 }, 'that leaves at least 2 columns'],
    ['no number', { ...USUAL, ratio: Number.NaN }, 'times as many columns'],
  ])('are refused with the reason: %s', async (_, settings, message) => {
    await expect(solve(settings)).rejects.toThrow(message);
  });

  it('are the same whether one worker solves them or two share them, and once more from the cache', async () => {
    const large = { rows: 300, ratio: 1, perSide: 5 };
    const alone = await solve(large, 'large');
    expect(alone.farms).toMatchObject({ windows: 25, rows: 300, cols: 300, numEvals: 7500 });
    const request = { file, mode: 'robust', id: idOf('large'), settings: large } as const;
    expect(await pair.farms(request)).toEqual(alone);
    expect(await pair.farms(request)).toEqual(alone);
  });

  it('that are shared stop where they are cancelled', async () => {
    const stop = new AbortController();
    const settings = { rows: 290, ratio: 1, perSide: 20 };
    const asked = pair.farms(
      { file, mode: 'robust', id: idOf('large'), settings },
      { signal: stop.signal },
    );
    stop.abort();
    await expect(asked).rejects.toThrow(CancelledError);
  });

  it('are refused for a layer that is not there and for one that is a pool of slices', async () => {
    await expect(
      engine.farms({ file, mode: 'robust', id: 'no such', settings: USUAL }),
    ).rejects.toThrow(`${file} has no layer with the id 'no such'`);
    await expect(solve(USUAL, 'kernel', 'compat')).rejects.toThrow(
      'is a pool of 9 slices, not one matrix: it has no windows.',
    );
  });
});
