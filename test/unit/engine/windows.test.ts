import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Layer, Report } from '../../../src/core/report/report.ts';
import { matMul, writeOnnx, type TensorSpec } from '../../fixtures/onnxModel.ts';
import { seededRandom } from '../../fixtures/seededRandom.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { analyzeRequest, testEngine } from '../../fixtures/testEngine.ts';

function gaussian(name: string, rows: number, cols: number): TensorSpec {
  const random = seededRandom(rows * 1000 + cols);
  const values = Float64Array.from({ length: rows * cols }, () => random.normal() / 10);
  return { name, dims: [rows, cols], values };
}

function transposed({ dims, values }: TensorSpec, name: string): TensorSpec {
  const [rows, cols] = dims as readonly [number, number];
  const turned = Float64Array.from(
    { length: rows * cols },
    (_, k) => values![(k % rows) * cols + Math.floor(k / rows)]!,
  );
  return { name, dims: [cols, rows], values: turned };
}

const wide = gaussian('wide', 128, 512);
const WEIGHTS = [
  wide,
  transposed(wide, 'tall'),
  gaussian('square', 160, 160),
  gaussian('window', 128, 128),
  gaussian('small', 48, 96),
];

const engine = testEngine(tempFolder(), 2);
afterAll(() => engine.dispose());

let first: Report;
let again: Report;
beforeAll(async () => {
  const kernel = { ...gaussian('kernel', 32, 144), dims: [32, 16, 3, 3] };
  const groups = { ...gaussian('groups', 32, 36), dims: [32, 4, 3, 3] };
  const convolution = (name: string, group: number) => ({
    op: 'Conv',
    inputs: ['image', name],
    outputs: [`${name}_out`],
    attributes: { group },
  });
  const file = writeOnnx(tempFolder(), 'windows.onnx', {
    nodes: [
      ...WEIGHTS.map(({ name }) => matMul(name)),
      convolution('kernel', 1),
      convolution('groups', 2),
    ],
    initializers: [...WEIGHTS, kernel, groups],
  });
  first = await engine.analyze(analyzeRequest(file));
  again = await engine.analyze(analyzeRequest(file));
}, 120_000);

function farmsOf(tensor: string, part = ''): Layer['fits']['farms'] {
  return first.layers.find((layer) => layer.tensor === tensor && layer.part === part)!.fits.farms;
}

describe('FARMS in robust mode', () => {
  it.each([
    ['wide', '', 8, 128, true],
    ['tall', '', 8, 128, true],
    ['square', '', 64, 128, true],
    ['window', '', 1, 128, true],
    ['small', '', 8, 48, false],
    ['kernel', '', 8, 32, false],
    ['groups', 'group 2', 8, 16, false],
  ])('of %s %s pools %i windows of %i rows (comparable: %s)', (name, part, windows, side, full) => {
    expect(farmsOf(name, part)).toMatchObject({
      windows,
      rows: side,
      cols: side,
      numEvals: windows * side,
      estimator: 'hill',
      comparable: full,
    });
  });

  it('does not depend on the shape of a random layer, as the Hill estimate of all of it does', () => {
    const hill = (name: string) =>
      first.layers.find((layer) => layer.tensor === name)!.fits.hill.alpha!;
    expect(hill('wide') - hill('window')).toBeGreaterThan(1);
    for (const name of ['wide', 'square', 'window']) {
      expect(farmsOf(name).alpha).toBeGreaterThan(2.05);
      expect(farmsOf(name).alpha).toBeLessThan(2.2);
    }
  });

  it('is the same for a matrix and its transpose', () => {
    const [one, other] = [farmsOf('wide'), farmsOf('tall')];
    expect(other.alpha! / one.alpha!).toBeCloseTo(1, 9);
    expect(other.spread! / one.spread!).toBeCloseTo(1, 6);
  });

  it('of one window that is the matrix is the Hill estimate of it, without a spread', () => {
    const { alpha, spread } = farmsOf('window');
    const { hill } = first.layers.find((layer) => layer.tensor === 'window')!.fits;
    expect([alpha, spread]).toEqual([hill.alpha, null]);
  });

  it('comes from the cache the second time, equal', () => {
    expect([first.compute.cached, again.compute.cached]).toEqual([0, first.layers.length]);
    expect(again.layers).toEqual(first.layers);
  });
});
