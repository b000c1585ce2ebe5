import { createHash } from 'node:crypto';
import * as os from 'node:os';
import * as path from 'node:path';
import { loadKernels } from '../core/linalg/kernels.ts';
import { KEEP, type PlannedAction } from '../core/plan/action.ts';
import type { SearchSummary } from '../core/plan/searchSummary.ts';
import { evolve, type EvolutionState } from '../core/search/evolution.ts';
import { writeFedModel, type FedWeight } from '../core/search/fedModel.ts';
import { levelValues } from '../core/search/levelValues.ts';
import { LevelStore } from '../core/search/levelStore.ts';
import { movableWeights } from '../core/search/movableWeights.ts';
import { outputError, outputMeasures, type OutputMeasure } from '../core/search/outputError.ts';
import { reachedWeights } from '../core/search/reachedWeights.ts';
import { splitSamples } from '../core/search/sampleSplit.ts';
import { SearchError } from '../core/search/searchError.ts';
import { keyOf, type SearchLevel, type WeightLevels } from '../core/search/searchLevels.ts';
import type { SearchSettings } from '../core/search/searchSettings.ts';
import type { RewriteTools } from '../core/rewrite/rewriteTools.ts';
import type { Tensors } from '../core/verify/modelRunner.ts';
import { outputDifference } from '../core/verify/outputDifference.ts';
import {
  elementBytes,
  newValues,
  type NumberTensor,
  type TensorData,
  type TensorValues,
} from '../core/verify/tensorData.ts';
import { untriedBuild } from './backend.ts';
import { chosenSamples, type ChosenSamples, type SampleRequest } from './chosenSamples.ts';
import { readModelFile } from './modelFile.ts';
import { openSession } from './ortSession.ts';

/** A search as the process that runs the model does it. Plain data. */
export interface SearchRunRequest {
  /** Absolute path of the original. */
  readonly file: string;
  /** Folder of the compiled kernels. */
  readonly dist: string;
  /** For the copy of the model and for values that memory does not hold; the caller's to remove. */
  readonly folder: string;
  /** In graph order. */
  readonly weights: readonly WeightLevels[];
  /** Of all weights together. */
  readonly budget: number;
  /** Singular values of weights by id, where they are known. */
  readonly spectra: Readonly<Record<string, Float64Array>>;
  readonly samples: SampleRequest;
  readonly logits: readonly string[] | 'all';
  readonly threads: number;
  readonly settings: SearchSettings;
  readonly seed: number;
  /** Bytes that values in memory may take; 0 for half of what is free. */
  readonly memoryLimit: number;
  /** Where to go on, and the digest of the samples that it was measured on. */
  readonly resume: { readonly state: EvolutionState; readonly samples: string } | undefined;
}

/** What is known before the first plan is run. */
export interface SearchBasis extends Pick<SearchSummary, 'inputs' | 'measures' | 'runtime'> {
  /** SHA-256 of the values of all samples. */
  readonly samples: string;
  /** Weights whose action could not be measured, by id, with the reason. */
  readonly unmeasured: Readonly<Record<string, string>>;
}

export type SearchRunProgress =
  | { readonly kind: 'samples'; readonly done: number; readonly total: number }
  | { readonly kind: 'basis'; readonly basis: SearchBasis }
  | { readonly kind: 'generation'; readonly state: EvolutionState };

export interface SearchRunContext {
  readonly onProgress?: (progress: SearchRunProgress) => void;
}

const MEMORY_SHARE = 0.5;

/** What rearranged sums change in float32, and less than any compression does. */
const SAME = 1e-3;

/**
 * Runs plans by feeding their weights to one session of a copy of the model, and evolves them. Levels of the
 * states are those of `request.weights`. Throws SearchError, VerifyError, CheckpointError, LinalgError
 * and RewriteError. The end of its process is what cancels it: no run of ONNX Runtime can be interrupted.
 */
export async function searchRun(
  request: SearchRunRequest,
  { onProgress }: SearchRunContext = {},
): Promise<EvolutionState> {
  const { file, dist, threads, seed, settings, weights } = request;
  const original = await originalRun(request, onProgress);
  const { chosen, references, measures } = original;
  const split = splitSamples(references.length, seed);
  const samples = samplesDigest(chosen);
  const { resume } = request;
  if (resume && resume.samples !== samples)
    throw new SearchError(
      'state',
      'The search to go on with was made on other samples. Give the same with --inputs, --rows, --samples and --dims, or begin anew with --force.',
    );
  const copy = path.join(request.folder, 'model.onnx');
  const changing = weights.filter(({ levels }) => levels.some(isChange)).map(({ id }) => id);
  const fed = writeFedModel(file, changing, copy);
  const session = await openSession(copy, {
    dist,
    threads,
    name: `${file} with its weights as inputs`,
  });
  const valuesOf = weightValues(request, fed.weights, references);
  const run = async (feeds: Tensors, sample: number): Promise<Tensors> =>
    (await session.run({ ...chosen.sample(sample).inputs, ...feeds })).outputs;
  const own = fed.weights.map(() => KEEP);
  const [first] = split.scored;
  checkUnchanged(file, references[first!]!, await run(valuesOf(own), first!));
  const reached = await reachedWeights(fed.weights.length, split.scored, (weight, sample) => {
    const zeroed = weight === undefined ? {} : zeros(fed.weights[weight]!);
    return run({ ...valuesOf(own), ...zeroed }, sample);
  });
  const idle = fed.weights.flatMap(({ id }, k) => (reached[k] ? [] : [[id, UNREACHED] as const]));
  // What cannot be measured stays as the plan to begin with has it.
  const unmeasured = { ...fed.refused, ...Object.fromEntries(idle) };
  const measured = fed.weights.flatMap(({ id }) => (id in unmeasured ? [] : [id]));
  const movable = movableWeights(weights, new Set(measured));
  if (movable.weights.length === 0) throw new SearchError('nothing', nothingText(file, unmeasured));
  onProgress?.({
    kind: 'basis',
    basis: {
      inputs: {
        kind: chosen.inputs.kind,
        sources: [...chosen.inputs.sources],
        scored: split.scored.length,
        heldOut: split.heldOut.length,
      },
      measures: Object.fromEntries(measures.map(({ name, measure }) => [name, measure])),
      runtime: original.runtime,
      samples,
      unmeasured,
    },
  });
  const places = fed.weights.map(({ id }) => weights.findIndex((each) => each.id === id));
  const actionsOf = (levels: readonly number[]): readonly PlannedAction[] => {
    const all = movable.withOthers(levels);
    return places.map((place) => weights[place]!.levels[all[place]!]!.action);
  };
  const ofAll = (state: EvolutionState): EvolutionState => ({
    ...state,
    levels: movable.withOthers(state.levels),
  });
  const last = await evolve({
    costs: movable.weights.map(({ levels }) => levels.map(({ cost }) => cost)),
    budget: request.budget - movable.fixedCost,
    start: movable.weights.map(({ start }) => start),
    settings,
    seed,
    ...split,
    error: async (levels, sample) =>
      outputError(references[sample]!, await run(valuesOf(actionsOf(levels)), sample), measures),
    onGeneration: (state) => onProgress?.({ kind: 'generation', state: ofAll(state) }),
    resume: resume && { ...resume.state, levels: movable.among(resume.state.levels) },
  });
  return ofAll(last);
}

const UNREACHED =
  'no output changes by a bit when it is zeroed, on any of the samples that plans are chosen by';

function isChange({ action }: SearchLevel): boolean {
  return action.action !== 'keep';
}

function zeros({ name, type, weight }: FedWeight): Tensors {
  return { [name]: { type, shape: weight.shape, values: newValues(type, weight.parameters) } };
}

interface OriginalRun {
  readonly chosen: ChosenSamples;
  /** Outputs of each sample. */
  readonly references: readonly Tensors[];
  readonly measures: readonly OutputMeasure[];
  readonly runtime: string;
}

/** Runs the original on every sample, and lets go of it. */
async function originalRun(
  { file, dist, threads, samples, logits }: SearchRunRequest,
  onProgress: SearchRunContext['onProgress'],
): Promise<OriginalRun> {
  const { hints } = readModelFile(file);
  const session = await openSession(file, { dist, threads });
  try {
    const { inputs, outputs, runtime } = session.interface;
    const unknown = logits === 'all' ? undefined : logits.find((name) => isNone(outputs, name));
    if (unknown !== undefined)
      throw new SearchError(
        'inputs',
        `--logits names '${unknown}', but the outputs are ${outputs.map(({ name }) => `'${name}'`).join(', ')}.`,
      );
    const chosen = chosenSamples(samples, inputs, hints);
    const total = chosen.inputs.samples;
    const references: Tensors[] = [];
    for (let k = 0; k < total; k++) {
      references.push((await session.run(chosen.sample(k).inputs)).outputs);
      onProgress?.({ kind: 'samples', done: k + 1, total });
    }
    return { chosen, references, measures: outputMeasures(references, logits), runtime };
  } finally {
    await session.release();
  }
}

function samplesDigest({ inputs, sample }: ChosenSamples): string {
  const hash = createHash('sha256');
  for (let k = 0; k < inputs.samples; k++)
    for (const [name, { type, shape, values }] of Object.entries(sample(k).inputs)) {
      hash.update(JSON.stringify([name, type, shape]));
      hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
  return hash.digest('hex');
}

function isNone(outputs: readonly { readonly name: string }[], wanted: string): boolean {
  return !outputs.some(({ name }) => name === wanted);
}

/** Tensors to feed for the actions of the fed weights, in their order. */
function weightValues(
  { dist, folder, spectra, memoryLimit }: SearchRunRequest,
  fed: readonly FedWeight[],
  references: readonly Tensors[],
): (actions: readonly PlannedAction[]) => Readonly<Record<string, NumberTensor>> {
  const whole = fed.reduce(
    (sum, { weight, type }) => sum + weight.parameters * elementBytes(type),
    0,
  );
  const held = references
    .flatMap((outputs) => Object.values(outputs))
    .reduce((sum, each) => sum + bytesOf(each), 0);
  const limit = memoryLimit > 0 ? memoryLimit : os.freemem() * MEMORY_SHARE;
  if (whole + held > limit)
    throw new SearchError(
      'memory',
      `A search needs ${megabytes(whole)} for the weights of one plan and ${megabytes(held)} for the original's outputs, and ${megabytes(limit)} may be used. Free memory, raise the limit with --memory, or give fewer samples.`,
    );
  const store = new LevelStore(folder, limit - held);
  const tools: RewriteTools = {
    kernels: loadKernels(untriedBuild(dist).wasm),
    spectrum: (id) => spectra[id],
  };
  return (actions) =>
    Object.fromEntries(
      fed.map((weight, k) => {
        const action = actions[k]!;
        const { name, type } = weight;
        const make = (): TensorValues => levelValues(weight, action, tools);
        const values = store.values({ key: `${weight.id}\n${keyOf(action)}`, type, make });
        return [name, { type, shape: weight.weight.shape, values }];
      }),
    );
}

function bytesOf({ values }: TensorData): number {
  return 'byteLength' in values ? values.byteLength : 0;
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MB`;
}

/** Every figure of the search rests on the copy doing what the original does. */
function checkUnchanged(file: string, reference: Tensors, outputs: Tensors): void {
  for (const [name, expected] of Object.entries(reference)) {
    const found = outputs[name];
    const { relativeL2, maxAbs } = found
      ? outputDifference(expected, found, false)
      : { relativeL2: Infinity, maxAbs: Infinity };
    if ((relativeL2 ?? maxAbs ?? 0) > SAME)
      throw new SearchError(
        'mismatch',
        `${file} gives another '${name}' on the same input when its own weights are fed to it (a relative difference of ${relativeL2?.toPrecision(3) ?? 'unknown size'}), so that nothing can be measured; a model that draws random numbers does.`,
      );
  }
}

function nothingText(file: string, refused: Readonly<Record<string, string>>): string {
  const [first] = Object.entries(refused);
  const such = first ? ` (of '${first[0]}': ${first[1]})` : '';
  return `${file} has no weight for which there is more than one thing to try and whose effect can be measured${such}. Take a method that does not run the model.`;
}
