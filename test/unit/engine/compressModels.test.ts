import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { CompressedLayer } from '../../../src/core/report/compression/compression.ts';
import type { PlanInputs } from '../../../src/engine/engineApi.ts';
import { COMPRESSION_CELLS, planOfCell } from '../../fixtures/compressionCells.ts';
import { writeOnnx } from '../../fixtures/onnxModel.ts';
import { onnx } from '../../fixtures/onnxProto.ts';
import {
  plantedTransformer,
  SMALL_TRANSFORMER,
  uniformDecays,
} from '../../fixtures/plantedTransformer.ts';
import { PACKED_MODELS, REAL_MODELS } from '../../fixtures/realModels.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { testEngine } from '../../fixtures/testEngine.ts';
import { verifyRequest } from '../../fixtures/verifyModels.ts';

const folder = tempFolder();
const engine = testEngine(path.join(folder, '.cache'));
afterAll(() => engine.dispose());

const planted = (seed: number): string =>
  writeOnnx(
    folder,
    `planted-${seed}.onnx`,
    plantedTransformer(SMALL_TRANSFORMER, uniformDecays(seed), seed),
  );

interface Case {
  readonly name: string;
  readonly file: string | undefined;
  readonly cells: readonly string[];
  readonly dims?: Readonly<Record<string, number>>;
}

/** The whole matrix is run by `npm run bench:compression`. */
const CASES: readonly Case[] = [
  {
    name: 'PP-OCRv4 recognition: Constant nodes, operator set 9',
    file: REAL_MODELS.ocrRecognition,
    cells: ['mixed, a quarter of the bytes'],
    dims: { 'p2o.DynamicDimension.1': 64 },
  },
  {
    name: 'PP-OCRv4 detection: transposed convolutions',
    file: REAL_MODELS.ocrDetection,
    cells: ['4 bits'],
    dims: { 'p2o.DynamicDimension.1': 64, 'p2o.DynamicDimension.2': 96 },
  },
  {
    name: 'Silero v5: weights in branches of If',
    file: REAL_MODELS.silero5,
    cells: ['low rank, 25 % less'],
  },
  {
    name: 'BlazeFace',
    file: PACKED_MODELS.blazeFace,
    cells: ['mixed, half the bytes'],
  },
  { name: 'M-LSD', file: PACKED_MODELS.mlsd, cells: ['8 bits'] },
  {
    name: 'a transformer with planted spectra',
    file: planted(1),
    cells: ['low rank, 50 % less', '8 bits', '4 bits', 'mixed, a quarter of the bytes'],
  },
];

function planInputs(file: string, levels: boolean): Promise<PlanInputs> {
  const needs = { spectra: true, estimator: null, pruning: false, levels };
  return engine.planInputs({ file, ...needs, memoryLimit: 0, failed: {} });
}

/** Relative, or where both are within what float32 rounds off, none. */
function disagreement({ error: { predicted, measured } }: CompressedLayer): number {
  const floor = 2 * 2 ** -24;
  return Math.abs(predicted! - measured!) < floor ? 0 : Math.abs(predicted! / measured! - 1);
}

const RUNS = CASES.flatMap(({ name, file, cells, dims = {} }) =>
  cells.map((cell) => ({ name, file, cell, dims })),
);

describe('what a plan predicts is what compressing gives, and ONNX Runtime runs it', () => {
  it.each(RUNS.filter(({ file }) => file !== undefined))(
    '$name: $cell',
    async ({ file, cell, dims }) => {
      const { plan } = planOfCell(
        await planInputs(file!, !cell.startsWith('low rank')),
        COMPRESSION_CELLS.find(({ name }) => name === cell)!,
      );
      const output = path.join(folder, 'out.onnx');
      const done = await engine.compress({
        file: file!,
        plan,
        planFile: 'p',
        output,
        replace: true,
        memoryLimit: 0,
      });
      expect(done.check.loaded).toBe(true);
      const { before, predicted, written } = done.bytes;
      expect(fs.statSync(output).size).toBe(written);
      expect(written).toBeLessThan(before);
      expect(Math.abs(written / predicted - 1)).toBeLessThan(1e-3);
      expect(done.layers.filter(({ refused }) => refused !== '')).toEqual([]);
      expect(done.layers.length).toBeGreaterThan(0);
      expect(Math.max(...done.layers.map(disagreement))).toBeLessThan(0.01);
      const proto = onnx.ModelProto.decode(fs.readFileSync(output));
      const original = onnx.ModelProto.decode(fs.readFileSync(file!));
      expect(proto.graph!.output!.map(({ name }) => name)).toEqual(
        original.graph!.output!.map(({ name }) => name),
      );
      const { outputs } = await engine.verify(verifyRequest(file!, output, { dims, samples: 2 }));
      expect(outputs.map(({ nonFinite }) => nonFinite.b)).toEqual(outputs.map(() => 0));
      // A plan may leave what one of the outputs depends on.
      expect(Math.max(...outputs.map(({ relativeL2 }) => relativeL2!.worst))).toBeGreaterThan(0);
    },
    60_000,
  );
});

describe('on transformers with decays from 0.2 to 1.2 error-optimal predicts the least error', () => {
  it.each([1, 2, 3, 4, 5])('seed %i', async (seed) => {
    const inputs = await planInputs(planted(seed), false);
    const errors = (['error-optimal', 'uniform', 'energy', 'welore'] as const).map((method) => {
      const target = { kind: 'parameters', value: 0.7 } as const;
      return planOfCell(inputs, { name: method, axis: 'lowrank', method, target }).plan.achieved
        .error!;
    });
    const [best, ...others] = errors;
    expect(Math.min(...others)).toBeGreaterThan(best!);
  });
});
