import { beforeAll, describe, expect, test } from 'vitest';
import { openCheckpoint } from '../../../src/core/checkpoint/openCheckpoint.ts';
import { readValues } from '../../../src/core/checkpoint/readValues.ts';
import { roundingVariance } from '../../../src/core/checkpoint/rounding.ts';
import { entryProfile } from '../../../src/core/spectrum/entryProfile.ts';
import type { Kernels } from '../../../src/core/linalg/kernels.ts';
import { singularValues } from '../../../src/core/linalg/singularValues.ts';
import { planEntries } from '../../../src/engine/entries.ts';
import type { SpectrumSource } from '../../../src/engine/spectrumTask.ts';
import { isStreamed, StreamedMatrix } from '../../../src/engine/streamedMatrix.ts';
import { streamedWindow } from '../../../src/engine/streamedWeight.ts';
import { ValueMemory } from '../../../src/engine/valueMemory.ts';
import { testKernels } from '../../fixtures/kernels.ts';
import { matMul, type TensorSpec, writeOnnx } from '../../fixtures/onnxModel.ts';
import { seededRandom } from '../../fixtures/seededRandom.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { analyzeRequest } from '../../fixtures/testEngine.ts';

/** Entries of a block: no shape here is a multiple of it. */
const BLOCK = 1000;

const folder = tempFolder();
let kernels: Kernels;

beforeAll(async () => {
  kernels = await testKernels();
});

function weight(name: string, rows: number, cols: number, bad: readonly number[] = []): TensorSpec {
  const random = seededRandom(rows + cols);
  const values = Float64Array.from({ length: rows * cols }, () => random.normal());
  for (const k of bad) values[k] = NaN;
  return { name, dims: [rows, cols], values, dtype: 'float16' };
}

function sourceOf(spec: TensorSpec): SpectrumSource {
  const model = { nodes: [matMul(spec.name)], initializers: [spec] };
  const file = writeOnnx(folder, `${spec.name}.onnx`, model);
  return planEntries(openCheckpoint(file), analyzeRequest(file)).entries[0]!.task.source;
}

const SHAPES = [
  { name: 'tall', rows: 403, cols: 37 },
  { name: 'wide', rows: 37, cols: 403 },
] as const;

describe.each(SHAPES)('a $name weight read in blocks', ({ name, rows, cols }) => {
  const source = sourceOf(weight(name, rows, cols));
  const whole = readValues(source.storage);

  test('has the singular values of the whole, to the last bit', () => {
    const streamed = new StreamedMatrix(source, { blockEntries: BLOCK });
    expect([streamed.rows, streamed.cols]).toEqual([403, 37]);
    expect(singularValues(streamed, kernels)).toEqual(
      singularValues({ rows, cols, data: whole }, kernels),
    );
  });

  test('is read once where its largest entry is known, for the same values', () => {
    const { largest } = new StreamedMatrix(source, { blockEntries: BLOCK }).survey().profile;
    const rowsRead = (known?: number): readonly [Float64Array, number] => {
      const streamed = new StreamedMatrix(source, { blockEntries: BLOCK, largest: known });
      let count = 0;
      const counted = {
        ...{ rows: streamed.rows, cols: streamed.cols, largest: streamed.largest },
        read: (first: number, some: number): Float64Array => {
          count += some;
          return streamed.read(first, some);
        },
      };
      return [singularValues(counted, kernels), count];
    };
    const [values, reads] = rowsRead(largest[0]);
    expect(rowsRead()).toEqual([values, 2 * reads]);
    expect(reads).toBe(Math.max(rows, cols));
  });

  test('has its rows wherever a read begins and ends', () => {
    const streamed = new StreamedMatrix(source, { blockEntries: BLOCK });
    const at = (i: number, j: number): number => whole[rows > cols ? i * cols + j : j * cols + i]!;
    for (const [first, count] of [
      [0, 403],
      [26, 2],
      [100, 77],
      [402, 1],
    ] as const) {
      const read = streamed.read(first, count);
      expect(read.length).toBe(count * 37);
      expect(read.every((x, k) => x === at(first + Math.floor(k / 37), k % 37))).toBe(true);
    }
  });

  test('has the rounding variance, the profile and the sample of the whole', () => {
    const survey = new StreamedMatrix(source, { blockEntries: BLOCK }).survey();
    expect(survey.bad).toBeUndefined();
    expect(survey.roundingVariance / roundingVariance(whole, 'float16')).toBeCloseTo(1, 12);
    const { mean, largest } = entryProfile(whole);
    expect(survey.profile.mean).toBeCloseTo(mean, 14);
    expect(survey.profile.largest).toEqual(largest);
    expect(survey.sample.slice().sort()).toEqual(whole.slice().sort());
  });

  test('is shuffled within blocks: the same entries, another order, again the same for the same seed', () => {
    const shuffled = (seed: number): Float64Array =>
      new StreamedMatrix(source, { seed, blockEntries: BLOCK }).read(0, 403).slice();
    const [one, again, two] = [shuffled(1), shuffled(1), shuffled(2)];
    expect(again).toEqual(one);
    expect(two).not.toEqual(one);
    expect(one.slice().sort()).toEqual(whole.slice().sort());
    const kept = new StreamedMatrix(source, { blockEntries: BLOCK }).read(0, 403);
    const moved = one.filter((x, k) => x !== kept[k]).length;
    expect(moved).toBeGreaterThan(0.9 * one.length);
  });

  test('has windows as the whole has', () => {
    const view = { ...source.view, rows: 20, cols: 30, offsets: [5 * cols + 3] };
    const window = streamedWindow({ ...source, view }, view.offsets[0]!, new ValueMemory());
    expect(
      window.every((x, k) => x === whole[(5 + Math.floor(k / 30)) * cols + 3 + (k % 30)]),
    ).toBe(true);
  });
});

test.each(SHAPES)(
  'bad entries of a $name weight are counted, the first of a scan told',
  (shape) => {
    const { rows, cols } = shape;
    const bad = [7 * cols + 2, 30 * cols + 5, 36 * cols + 36];
    const source = sourceOf(weight(`bad_${shape.name}`, rows, cols, bad));
    const { bad: found } = new StreamedMatrix(source, { blockEntries: BLOCK }).survey();
    expect(found).toEqual({ count: 3, firstIndex: bad[0], elements: rows * cols });
  },
);

test.each([
  { rows: 403, cols: 37, least: 10_000, expected: true, why: 'tall and large' },
  { rows: 403, cols: 37, least: 20_000, expected: false, why: 'small enough to be decoded whole' },
  { rows: 150, cols: 100, least: 10_000, expected: false, why: 'not tall enough to be folded' },
])('$rows x $cols over $least entries is streamed: $expected, $why', (shape) => {
  const { rows, cols, least, expected } = shape;
  const source = sourceOf(weight(`shape_${rows}_${least}`, rows, cols));
  expect(isStreamed(source, least)).toBe(expected);
});
