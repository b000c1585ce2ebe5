import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { openCheckpoint } from '../../../src/core/checkpoint/openCheckpoint.ts';
import { storedBytes } from '../../../src/core/checkpoint/storedBytes.ts';
import { preparedBand } from '../../../src/core/linalg/gpu/preparedBand.ts';
import { planEntries } from '../../../src/engine/entries.ts';
import { type Prepared, preparation } from '../../../src/engine/gpu/preparation.ts';
import type { SolveTools } from '../../../src/engine/solveTools.ts';
import { spectrumKey } from '../../../src/engine/spectrumKey.ts';
import { sourcesOf, type SpectrumTask } from '../../../src/engine/spectrumTask.ts';
import { isStreamed, StreamedMatrix } from '../../../src/engine/streamedMatrix.ts';
import { StreamedWeight } from '../../../src/engine/streamedWeight.ts';
import { ValueMemory } from '../../../src/engine/valueMemory.ts';
import { testKernels } from '../../fixtures/kernels.ts';
import { matMul, writeOnnx } from '../../fixtures/onnxModel.ts';
import { seededRandom } from '../../fixtures/seededRandom.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { analyzeRequest } from '../../fixtures/testEngine.ts';

const GPU = { backend: 'webgpu', kernels: 'gpu' } as const;
const CPU = { backend: 'wasm', kernels: 'cpu' } as const;

const bytesOf = ({ buffer }: Float32Array): string =>
  createHash('sha256').update(new Uint8Array(buffer)).digest('hex');

const SHAPES = [
  { name: 'tall', rows: 43_000, cols: 100 },
  { name: 'wide', rows: 100, cols: 43_000 },
] as const;

describe.each(SHAPES)('a $name weight in blocks, prepared for a GPU', ({ name, rows, cols }) => {
  let task: SpectrumTask;
  let pieces: Prepared[];

  beforeAll(() => {
    const random = seededRandom(rows);
    const values = Float64Array.from({ length: rows * cols }, () => random.uniform() - 0.5);
    const initializers = [{ name, dims: [rows, cols], values, dtype: 'float16' as const }];
    const file = writeOnnx(tempFolder(), `${name}.onnx`, { nodes: [matMul(name)], initializers });
    const [entry] = planEntries(openCheckpoint(file), analyzeRequest(file)).entries;
    task = { ...entry!.task, shuffles: 1, windowShuffles: 2 };
    const options = { solver: CPU, gpu: { solver: GPU }, largestWindow: 16, cache: undefined };
    pieces = [...preparation(task, options)];
  });

  test('has the key, the rounding and the shape of the record that a worker makes', async () => {
    expect(isStreamed(task.source)).toBe(true);
    const tools: SolveTools = {
      kernels: await testKernels(),
      library: undefined,
      memory: new ValueMemory(),
      solver: CPU,
      cache: undefined,
      cancelled: () => false,
      onStep: () => undefined,
    };
    const asked = { kind: 'shuffles', count: 1, seed: task.seed } as const;
    const weight = new StreamedWeight(sourcesOf(task), 'fast', tools);
    const { spectra, ...head } = weight.solve(task.source, asked);
    expect(spectra.map(({ length }) => length)).toEqual([100]);
    const record = pieces.filter((piece) => piece.kind === 'record').at(-1)!;
    expect(record.head).toEqual(head);
    expect(record.isOne).toBe(false);
    const hash = createHash('sha256');
    storedBytes(task.source.storage, (chunk) => hash.update(chunk));
    expect(record.key).toBe(spectrumKey(hash.digest('hex'), task.source, asked, 'fast', GPU));
  });

  test('is shuffled as a worker shuffles it', () => {
    const last = pieces.at(-1)!;
    const shuffled = new StreamedMatrix(task.source, { seed: task.seed });
    const data = shuffled.read(0, shuffled.rows);
    const expected = preparedBand({ rows: 43_000, cols: 100, data });
    if (last.kind !== 'band') throw new Error(`A band was expected, not ${last.kind}.`);
    expect([last.rows, last.cols, last.band.squares]).toEqual([43_000, 100, expected.squares]);
    // As bytes: numbers are compared one by one, a minute of them.
    expect(last.band.blocks.map(bytesOf)).toEqual(expected.blocks.map(bytesOf));
  });
});
