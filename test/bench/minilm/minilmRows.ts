import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Plan, PlanMethod } from '../../../src/core/plan/plan.ts';
import { DEFAULT_PLAN_SETTINGS, type PlanSettings } from '../../../src/core/plan/planRequest.ts';
import { totalsOf } from '../../../src/core/plan/planTotals.ts';
import type {
  SampleFigure,
  VerifiedOutput,
} from '../../../src/core/report/verification/verification.ts';
import type { EngineClient } from '../../../src/engine/client.ts';
import {
  DEFAULT_SEED,
  type CalibrationRequest,
  type PlanInputs,
} from '../../../src/engine/engineApi.ts';
import {
  COMPRESSION_CELLS,
  planOfCell,
  type CompressionCell,
} from '../../fixtures/compressionCells.ts';
import { writeOnnx } from '../../fixtures/onnxModel.ts';
import { withEngine, type BenchOptions } from '../benchEngine.ts';
import { compressedModel, type CompressedModel } from '../compressedModel.ts';
import { bertEncoder, MINILM_SETTINGS } from './bertEncoder.ts';
import { embeddingCheck, type EmbeddingCheck } from './embeddingCheck.ts';
import { readSafetensors } from './safetensors.ts';
import { sentenceInputs } from './sentenceInputs.ts';
import { WordPiece } from './wordPiece.ts';

/** No sentence is in both of the first two. */
export interface SentenceSets {
  readonly calibration: readonly string[];
  readonly evaluation: readonly string[];
  /** Two sentences each that say the same. */
  readonly paraphrases: readonly (readonly [string, string])[];
}

export interface MinilmOptions extends Pick<BenchOptions, 'dist' | 'scratch' | 'log'> {
  /** With model.safetensors and vocab.txt. */
  readonly weights: string;
  readonly sentences: SentenceSets;
}

/** What a plan's errors are taken of; a method has the least of its own kind. */
export interface PredictedErrors {
  /** Root mean square of the weights' relative errors. */
  readonly relative: number | null;
  /** Norm of all changes over that of all weights. */
  readonly absolute: number | null;
  /** Root mean square of the relative errors of the weights' outputs on the calibration's sentences. */
  readonly outputs: number | null;
}

export interface MinilmRow extends Omit<CompressedModel, 'verification'> {
  readonly method: string;
  readonly target: string;
  /** Whether it is one of the low-rank methods that are held against each other. */
  readonly compared: boolean;
  readonly predicted: PredictedErrors;
  /** Kept of the 384 of the word embeddings, which are half of all parameters and one weight of many. */
  readonly wordRank: number;
  /** Of the sentence embedding, over the sentences of the evaluation. */
  readonly relativeL2: SampleFigure;
  readonly cosine: SampleFigure;
  /** Median over pairs of interleaved runs of the new model's time over the original's. */
  readonly latencyRatio: number | null;
}

export interface MinilmReport {
  readonly check: EmbeddingCheck;
  readonly sentences: Readonly<Record<'calibration' | 'evaluation', number>>;
  readonly tokens: Readonly<Record<'calibration' | 'evaluation', number>>;
  readonly rows: readonly MinilmRow[];
}

/** What is known of the weights: their values alone, their outputs on sentences, what these do to the embedding. */
type Knowledge = 'weights' | 'outputs' | 'sensitivity';

interface RankMethod {
  readonly name: string;
  readonly method: PlanMethod;
  readonly knows: Knowledge;
  readonly settings?: Partial<PlanSettings>;
}

const RANK_METHODS: readonly RankMethod[] = [
  { name: 'error-optimal', method: 'error-optimal', knows: 'weights' },
  {
    name: 'error-optimal, absolute',
    method: 'error-optimal',
    knows: 'weights',
    settings: { scale: 'absolute' },
  },
  { name: 'uniform', method: 'uniform', knows: 'weights' },
  { name: 'energy', method: 'energy', knows: 'weights' },
  { name: 'welore', method: 'welore', knows: 'weights' },
  { name: 'error-optimal, inputs', method: 'error-optimal', knows: 'outputs' },
  { name: 'error-optimal, inputs, sensitivity', method: 'error-optimal', knows: 'sensitivity' },
];

/** Of all embeddings. */
const WIDTH = 384;

const BUDGETS = [0.9, 0.75, 0.5] as const;

/** The trained all-MiniLM-L6-v2, compressed in every way and run on sentences. Throws where its graph is not right. */
export async function minilmReport(options: MinilmOptions): Promise<MinilmReport> {
  const { weights, sentences, scratch, log } = options;
  const tokenizer = new WordPiece(fs.readFileSync(path.join(weights, 'vocab.txt'), 'utf8'));
  const tensors = readSafetensors(path.join(weights, 'model.safetensors'));
  const file = writeOnnx(scratch, 'all-minilm-l6-v2.onnx', bertEncoder(tensors, MINILM_SETTINGS));
  const check = await embeddingCheck(file, tokenizer, sentences.paraphrases);
  const calibration = writeSentences(scratch, 'calibration.json', tokenizer, sentences.calibration);
  const evaluation = writeSentences(scratch, 'evaluation.json', tokenizer, sentences.evaluation);
  const rows = await withEngine(options, async (engine) => {
    const found: MinilmRow[] = [];
    const add = async (inputs: PlanInputs, cell: CompressionCell, compared: boolean) => {
      const row = await rowOf(engine, file, inputs, cell, compared, evaluation.file, scratch);
      found.push(row);
      log(`all-MiniLM-L6-v2: ${row.method}, ${row.target}: ${row.relativeL2.mean.toPrecision(3)}`);
    };
    const plain = await inputsOf(engine, file, undefined);
    for (const cell of COMPRESSION_CELLS)
      if (cell.axis !== 'lowrank') await add(plain, cell, false);
    for (const knows of ['weights', 'outputs', 'sensitivity'] as const) {
      log(`all-MiniLM-L6-v2: ${knows}`);
      const inputs =
        knows === 'weights' ? plain : await inputsOf(engine, file, calibration.file, knows);
      for (const { name, method, settings } of RANK_METHODS.filter((each) => each.knows === knows))
        for (const value of BUDGETS) {
          const target = { kind: 'parameters', value } as const;
          const cell = { name, axis: 'lowrank', method, target } as const;
          await add(inputs, settings ? { ...cell, settings } : cell, true);
        }
    }
    return found;
  });
  const counts = (pick: (set: { texts: readonly string[]; tokens: number }) => number) => ({
    calibration: pick({ texts: sentences.calibration, tokens: calibration.tokens }),
    evaluation: pick({ texts: sentences.evaluation, tokens: evaluation.tokens }),
  });
  return {
    check,
    sentences: counts(({ texts }) => texts.length),
    tokens: counts(({ tokens }) => tokens),
    rows,
  };
}

/** One sample a sentence, none of them filled up: what is hidden from the network must not count as its input. */
function writeSentences(
  folder: string,
  name: string,
  tokenizer: WordPiece,
  sentences: readonly string[],
): { readonly file: string; readonly tokens: number } {
  const samples = sentences.map((sentence) => sentenceInputs(tokenizer, [sentence]));
  const file = path.join(folder, name);
  fs.writeFileSync(file, JSON.stringify(samples));
  return { file, tokens: samples.reduce((sum, each) => sum + each.input_ids[0]!.length, 0) };
}

function inputsOf(
  engine: EngineClient,
  file: string,
  calibration: string | undefined,
  knows?: Knowledge,
): Promise<PlanInputs> {
  const calibrate: CalibrationRequest | undefined =
    calibration === undefined
      ? undefined
      : {
          inputs: [calibration],
          rows: false,
          samples: 0,
          seed: DEFAULT_SEED,
          dims: {},
          sensitivity: knows === 'sensitivity',
        };
  return engine.planInputs({
    file,
    spectra: true,
    estimator: null,
    pruning: false,
    levels: calibrate === undefined,
    memoryLimit: 0,
    failed: {},
    ...(calibrate ? { calibrate } : {}),
  });
}

async function rowOf(
  engine: EngineClient,
  file: string,
  inputs: PlanInputs,
  cell: CompressionCell,
  compared: boolean,
  evaluation: string,
  scratch: string,
): Promise<MinilmRow> {
  const { plan, target } = planOfCell(inputs, cell);
  const { verification, ...compressed } = await compressedModel(
    engine,
    file,
    plan,
    `all-MiniLM-L6-v2, ${cell.name}`,
    { inputs: [evaluation], samples: 0 },
    scratch,
  );
  const errorAt = (scale: PlanSettings['scale']): number | null =>
    totalsOf(inputs.model, inputs.weights, plan.layers, cell.axis, {
      ...DEFAULT_PLAN_SETTINGS,
      scale,
    }).error;
  const [output] = verification.outputs;
  return {
    method: cell.name,
    target: `${target.kind}=${target.value}`,
    compared,
    ...compressed,
    predicted: inputs.calibration
      ? { relative: null, absolute: null, outputs: errorAt('relative') }
      : { relative: errorAt('relative'), absolute: errorAt('absolute'), outputs: null },
    wordRank: wordRank(plan),
    ...figuresOf(output, cell.name),
    latencyRatio: verification.latency?.ratio.median ?? null,
  };
}

function wordRank({ layers }: Plan): number {
  const words = layers.find(({ tensor }) => tensor === 'embeddings.word_embeddings.weight');
  if (!words) throw new Error('The plan has no layer of the word embeddings.');
  return words.action === 'lowrank' ? words.rank : WIDTH;
}

function figuresOf(
  output: VerifiedOutput | undefined,
  name: string,
): Pick<MinilmRow, 'relativeL2' | 'cosine'> {
  if (!output?.relativeL2 || !output.cosine)
    throw new Error(`${name}: the embedding has no figures: ${output?.reason ?? 'no output'}.`);
  return { relativeL2: output.relativeL2, cosine: output.cosine };
}
