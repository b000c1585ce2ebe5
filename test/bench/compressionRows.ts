import type { PlanMethod } from '../../src/core/plan/plan.ts';
import type {
  VerifiedOutput,
  Verification,
} from '../../src/core/report/verification/verification.ts';
import type { EngineClient } from '../../src/engine/client.ts';
import type { PlanInputs } from '../../src/engine/engineApi.ts';
import {
  COMPRESSION_CELLS,
  planOfCell,
  type CompressionCell,
} from '../fixtures/compressionCells.ts';
import { writeOnnx } from '../fixtures/onnxModel.ts';
import {
  plantedTransformer,
  uniformDecays,
  type TransformerShape,
} from '../fixtures/plantedTransformer.ts';
import { withEngine, type BenchOptions } from './benchEngine.ts';
import { compressedModel, type CompressedModel } from './compressedModel.ts';

/** One model to be compressed in every way. */
export interface BenchModel {
  readonly name: string;
  /** Absolute path; undefined for the transformer, which is made. */
  readonly file: string | undefined;
  /** Lengths of symbolic axes. */
  readonly dims: Readonly<Record<string, number>>;
}

export interface CompressionRow extends Omit<CompressedModel, 'verification'> {
  readonly model: string;
  readonly method: string;
  readonly target: string;
  /** Of the weights that may change, root mean square of the relative errors. */
  readonly predictedError: number | null;
  /** Of the output that is furthest off, the mean over samples. */
  readonly outputError: number | null;
  /** Share of the rows of the first distribution whose largest value is the same; null where no output is one. */
  readonly top1: number | null;
  /** Median over pairs of interleaved runs of the new model's time over the original's. */
  readonly latencyRatio: number | null;
}

/** Error-optimal ranks beside the other methods, on a transformer of that seed. */
export interface MethodRow {
  readonly seed: number;
  readonly method: PlanMethod;
  readonly predictedError: number | null;
  readonly outputError: number | null;
}

/** all-MiniLM-L6-v2 but for its vocabulary, the length of its inputs, and a classifier at the end. */
const MINILM: TransformerShape = {
  layers: 6,
  width: 384,
  heads: 12,
  inner: 1536,
  vocabulary: 4000,
  sequence: 64,
  classes: 50,
};

/** In which five seeds take a minute. */
const SMALLER: TransformerShape = { ...MINILM, layers: 2, width: 192, inner: 768, vocabulary: 500 };

const SEEDS = [1, 2, 3, 4, 5] as const;

const METHODS = ['error-optimal', 'uniform', 'energy', 'welore'] as const;

export async function compressionRows(
  models: readonly BenchModel[],
  options: BenchOptions,
): Promise<readonly CompressionRow[]> {
  return withEngine(options, async (engine) => {
    const rows: CompressionRow[] = [];
    for (const { name, file, dims } of models) {
      const model = file ?? transformer(options, MINILM, 1);
      const inputs = await inputsOf(engine, model, true);
      for (const cell of COMPRESSION_CELLS) {
        options.log(`${name}: ${cell.name}`);
        rows.push(await rowOf(engine, { name, file: model, dims }, inputs, cell, options));
      }
    }
    return rows;
  });
}

/** Every low-rank method at 0.7 of the parameters. */
export async function methodRows(options: BenchOptions): Promise<readonly MethodRow[]> {
  return withEngine(options, async (engine) => {
    const rows: MethodRow[] = [];
    for (const seed of SEEDS) {
      const file = transformer(options, SMALLER, seed);
      const inputs = await inputsOf(engine, file, false);
      for (const method of METHODS) {
        options.log(`seed ${seed}: ${method}`);
        const target = { kind: 'parameters', value: 0.7 } as const;
        const cell = { name: method, axis: 'lowrank', method, target } as const;
        const model = { name: `seed ${seed}`, file, dims: {} };
        const { predictedError, outputError } = await rowOf(engine, model, inputs, cell, options);
        rows.push({ seed, method, predictedError, outputError });
      }
    }
    return rows;
  });
}

function transformer({ scratch }: BenchOptions, shape: TransformerShape, seed: number): string {
  const name = `transformer-${shape.layers}x${shape.width}-${seed}.onnx`;
  return writeOnnx(scratch, name, plantedTransformer(shape, uniformDecays(seed), seed));
}

function inputsOf(engine: EngineClient, file: string, levels: boolean): Promise<PlanInputs> {
  const needs = { spectra: true, estimator: null, pruning: false, levels };
  return engine.planInputs({ file, ...needs, memoryLimit: 0, failed: {} });
}

async function rowOf(
  engine: EngineClient,
  { name, file, dims }: BenchModel & { readonly file: string },
  inputs: PlanInputs,
  cell: CompressionCell,
  { scratch, samples }: BenchOptions,
): Promise<CompressionRow> {
  const { plan, target } = planOfCell(inputs, cell);
  const { verification, ...compressed } = await compressedModel(
    engine,
    file,
    plan,
    `${name}, ${cell.name}`,
    { dims, samples },
    scratch,
  );
  return {
    model: name,
    method: cell.name,
    target: `${target.kind}=${target.value}`,
    ...compressed,
    predictedError: plan.achieved.error,
    ...measured(verification),
  };
}

function measured({
  outputs,
  latency,
}: Verification): Pick<CompressionRow, 'outputError' | 'top1' | 'latencyRatio'> {
  const errors = outputs.flatMap(({ relativeL2 }: VerifiedOutput) => relativeL2?.mean ?? []);
  return {
    outputError: errors.length > 0 ? Math.max(...errors) : null,
    top1: outputs.find(({ top1 }) => top1)?.top1?.mean ?? null,
    latencyRatio: latency?.ratio.median ?? null,
  };
}
