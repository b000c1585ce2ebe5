import { beforeEach, describe, expect, test } from 'vitest';
import type { DenseStorage } from '../../../src/core/checkpoint/checkpoint.ts';
import { openCheckpoint } from '../../../src/core/checkpoint/openCheckpoint.ts';
import { readValues } from '../../../src/core/checkpoint/readValues.ts';
import type { Kernels } from '../../../src/core/linalg/kernels.ts';
import { singularValues, solveBytes } from '../../../src/core/linalg/singularValues.ts';
import { shuffledEntries } from '../../../src/core/spectrum/shuffles.ts';
import type { AnalyzeRequest } from '../../../src/engine/engineApi.ts';
import { type Entry, planEntries } from '../../../src/engine/entries.ts';
import { COPIED_ENTRIES, heldValues } from '../../../src/engine/heldValues.ts';
import { solveTask } from '../../../src/engine/solveTask.ts';
import type { SolveTools } from '../../../src/engine/solveTools.ts';
import type { SpectrumSource, SpectrumTask } from '../../../src/engine/spectrumTask.ts';
import { isStreamed } from '../../../src/engine/streamedMatrix.ts';
import { StreamedWeight } from '../../../src/engine/streamedWeight.ts';
import { ValueMemory } from '../../../src/engine/valueMemory.ts';
import { WholeWeight } from '../../../src/engine/wholeWeight.ts';
import { testKernels } from '../../fixtures/kernels.ts';
import { matMul, writeOnnx } from '../../fixtures/onnxModel.ts';
import { seededRandom } from '../../fixtures/seededRandom.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { analyzeRequest } from '../../fixtures/testEngine.ts';

const folder = tempFolder();
let tools: SolveTools & { readonly memory: ValueMemory; readonly kernels: Kernels };

beforeEach(async () => {
  tools = {
    kernels: await testKernels(),
    library: undefined,
    memory: new ValueMemory(),
    solver: { backend: 'wasm', kernels: '' },
    cache: undefined,
    cancelled: () => false,
    onStep: () => undefined,
  };
});

/** Large ones take a second to write. */
const files = new Map<string, string>();

function fileOf(rows: number, cols: number): string {
  const name = `weight_${rows}_${cols}`;
  const known = files.get(name);
  if (known !== undefined) return known;
  const random = seededRandom(rows + cols);
  const values = Float64Array.from({ length: rows * cols }, () => random.uniform() - 0.5);
  const initializers = [{ name, dims: [rows, cols], values, dtype: 'float16' as const }];
  const file = writeOnnx(folder, `${name}.onnx`, { nodes: [matMul(name)], initializers });
  files.set(name, file);
  return file;
}

function entryOf(rows: number, cols: number, request: Partial<AnalyzeRequest> = {}): Entry {
  const file = fileOf(rows, cols);
  return planEntries(openCheckpoint(file), analyzeRequest(file, request)).entries[0]!;
}

/** A matrix of float16s in a file that is not opened. */
function plainSource(rows: number, cols: number): SpectrumSource {
  const elements = rows * cols;
  const storage: DenseStorage = {
    ...{ file: 'nowhere.onnx', tensor: 'weight', dtype: 'float16', encoding: 'raw', elements },
    segments: [{ offset: 0, bytes: 2 * elements }],
  };
  const view = { rows, cols, rowStride: cols, colStride: 1, offsets: [0] };
  return { storage, shape: [rows, cols], view, scale: 'none' };
}

describe('what is read in blocks', () => {
  test.each([
    { rows: 4096, cols: 4096, expected: false, what: 'square' },
    { rows: 16384, cols: 16384, expected: false, what: 'square, whatever its size' },
    { rows: 8191, cols: 4096, expected: false, what: 'not tall enough to be folded' },
    { rows: 5632, cols: 2048, expected: true, what: 'more than a square and 32 MiB' },
    { rows: 2048, cols: 5632, expected: true, what: 'the same, wide' },
    { rows: 4096, cols: 1024, expected: false, what: 'tall, and less than that' },
    { rows: 11008, cols: 4096, expected: true, what: 'large' },
    { rows: 4096, cols: 14336, expected: true, what: 'large and wide' },
    { rows: 30522, cols: 768, expected: true, what: 'a table' },
    { rows: 32000, cols: 2048, expected: true, what: 'a larger one' },
    { rows: 2048, cols: 32000, expected: true, what: 'a head' },
    { rows: 60000, cols: 64, expected: false, what: 'very tall, but no more than 32 MiB' },
  ])('$rows x $cols, $what: $expected', ({ rows, cols, expected }) => {
    expect(isStreamed(plainSource(rows, cols))).toBe(expected);
  });

  test.each(['exact', 'fast'] as const)(
    'and what %s takes to solve keep a task to three squares and 64 MB, whatever the length',
    (precision) => {
      for (const cols of [64, 512, 768, 1024, 2048, 4096, 8192])
        for (const ratio of [1, 1.25, 2, 2.5, 2.75, 3, 4, 8, 16, 500]) {
          const rows = ratio * cols;
          const solve = solveBytes(rows, cols, { precision, library: true });
          const bytes = 8 * heldValues([plainSource(rows, cols)]) + solve;
          expect.soft(bytes / 1e6, `${rows} x ${cols}`).toBeLessThan(3 * 8e-6 * cols ** 2 + 64);
        }
    },
  );
});

describe('a shuffle of a weight that is held whole', () => {
  const SHAPES = [
    { rows: 60, cols: 90, isCopied: true },
    { rows: 520, cols: 530, isCopied: false },
  ];

  test.each(SHAPES)('$rows x $cols has the spectra of shuffled copies', ({ rows, cols }) => {
    const { source } = entryOf(rows, cols).task;
    const plain = readValues(source.storage);
    const weight = new WholeWeight([source], 'exact', tools);
    const { spectra } = weight.solve(source, { kind: 'shuffles', count: 2, seed: 5 });
    expect(spectra).toEqual(
      [5, 6].map((seed) =>
        singularValues({ rows, cols, data: shuffledEntries(plain, seed) }, tools.kernels),
      ),
    );
    expect(weight.solve(source, { kind: 'spectrum' }).spectra[0]).toEqual(
      singularValues({ rows, cols, data: plain }, tools.kernels),
    );
  });

  test.each(SHAPES)('$rows x $cols holds its values once', ({ rows, cols, isCopied }) => {
    const { source } = entryOf(rows, cols).task;
    expect(rows * cols <= COPIED_ENTRIES).toBe(isCopied);
    const weight = new WholeWeight([source], 'exact', tools);
    for (const kind of ['spectrum', 'entries'] as const) weight.solve(source, { kind });
    weight.solve(source, { kind: 'shuffles', count: 2, seed: 5 });
    weight.entries(source);
    expect(tools.memory.held).toBe(rows * cols);
  });

  test('of one that is turned, or a part of a tensor, takes the place of the gathered copy', () => {
    const { source } = entryOf(1100, 530).task;
    const view = { rows: 530, cols: 550, rowStride: 1, colStride: 530, offsets: [7 * 530] };
    const part = { ...source, view };
    const weight = new WholeWeight([part], 'exact', tools);
    const { spectra } = weight.solve(part, { kind: 'shuffles', count: 2, seed: 5 });
    const plain = readValues(source.storage);
    const gathered = Float64Array.from(
      { length: 530 * 550 },
      (_, k) => plain[7 * 530 + Math.floor(k / 550) + (k % 550) * 530]!,
    );
    expect(spectra).toEqual(
      [5, 6].map((seed) =>
        singularValues(
          { rows: 530, cols: 550, data: shuffledEntries(gathered, seed) },
          tools.kernels,
        ),
      ),
    );
    expect(tools.memory.held).toBe(1100 * 530 + 530 * 550);
  });
});

describe('the bytes of an entry', () => {
  const used = (): number => 8 * tools.memory.held + tools.kernels.memory.buffer.byteLength;

  test.each([
    { what: 'a square one', rows: 560, cols: 560, request: {} },
    { what: 'a wide one', rows: 300, cols: 1200, request: {} },
    { what: 'a tall one in fast precision', rows: 1000, cols: 450, request: { precision: 'fast' } },
    { what: 'a small one', rows: 60, cols: 40, request: {} },
    { what: 'one in blocks', rows: 43_000, cols: 100, request: { mode: 'compat' } },
    { what: 'one in blocks, wide', rows: 100, cols: 43_000, request: { mode: 'compat' } },
  ] as const)('of $what are what it takes', ({ rows, cols, request }) => {
    const entry = entryOf(rows, cols, request);
    expect(solveTask(entry.task, tools).status).toBe('solved');
    // WebAssembly gives whole pages, and a few vectors are held for matrices that are finished together.
    expect(used()).toBeLessThanOrEqual(entry.bytes + 2 ** 16);
    expect(used() + 16 * 2 ** 20).toBeGreaterThan(entry.bytes);
  });

  test('of a thread are those of its largest task', () => {
    const [large, small] = [entryOf(520, 530), entryOf(60, 90)];
    solveTask(large.task, tools);
    const before = used();
    for (const { task } of [small, large, small]) solveTask(task, tools);
    expect(used()).toBe(before);
  });
});

describe('a weight in blocks', () => {
  const entry = entryOf(43_000, 100, { mode: 'compat' });
  const task: SpectrumTask = { ...entry.task, mode: 'robust', shuffles: 1, windows: 'none' };

  test('is solved alike whatever its thread did before', () => {
    expect(isStreamed(task.source)).toBe(true);
    const found = solveTask(task, tools);
    expect(found.status).toBe('solved');
    solveTask(entryOf(520, 530).task, tools);
    expect(solveTask(task, tools)).toEqual(found);
  });

  test('has the spectrum that it has whole', () => {
    const { source } = task;
    const streamed = new StreamedWeight([source], 'exact', tools);
    const whole = new WholeWeight([source], 'exact', { ...tools, memory: new ValueMemory() });
    const asked = { kind: 'spectrum' } as const;
    expect(streamed.solve(source, asked).spectra).toEqual(whole.solve(source, asked).spectra);
  });

  test('of a convolution has the slices that it has whole', () => {
    const dims = [12, 40_000, 3, 3];
    const random = seededRandom(3);
    const length = dims.reduce((product, side) => product * side, 1);
    const values = Float64Array.from({ length }, () => random.uniform() - 0.5);
    const file = writeOnnx(folder, 'convolution.onnx', {
      nodes: [{ op: 'Conv', inputs: ['x', 'kernel'], outputs: ['y'], attributes: { group: 1 } }],
      initializers: [{ name: 'kernel', dims, values, dtype: 'float16' }],
    });
    const [entry] = planEntries(openCheckpoint(file), analyzeRequest(file)).entries;
    const { source, compatSource } = entry!.task;
    if (typeof compatSource === 'string') throw new Error('Slices were expected.');
    expect([isStreamed(source), compatSource.view.offsets.length]).toEqual([true, 9]);
    const asked = { kind: 'spectrum' } as const;
    const streamed = new StreamedWeight([source, compatSource], 'exact', tools);
    const memory = new ValueMemory();
    const whole = new WholeWeight([source, compatSource], 'exact', { ...tools, memory });
    expect(streamed.solve(compatSource, asked)).toEqual(whole.solve(compatSource, asked));
    expect(8 * tools.memory.held).toBeLessThan(entry!.bytes);
  });

  test('says of its entries what it says whole', () => {
    const { source } = task;
    const streamed = new StreamedWeight([source], 'exact', tools).entries(source);
    const memory = new ValueMemory();
    const whole = new WholeWeight([source], 'exact', { ...tools, memory }).entries(source);
    expect(streamed.hash).toBe(whole.hash);
    expect(streamed.figures.rows).toEqual(whole.figures.rows);
    expect(streamed.figures.cols).toEqual(whole.figures.cols);
    expect(streamed.figures.sketch.bilinear).toEqual(whole.figures.sketch.bilinear);
  });
});
