import type { Verification, VerifiedOutput } from '../report/verification/verification.ts';
import { headline } from './headline.ts';
import { bootstrapInterval, INTERVAL_LEVEL, median, quantile, RESAMPLES } from './interval.ts';
import type { ModelRun, ModelRunner, ModelValue } from './modelRunner.ts';
import { OutputSummary } from './outputSummary.ts';
import { placementNotes, placementOf } from './placement.ts';
import type { Sample } from './sample.ts';
import { isTensorType, type TensorData } from './tensorData.ts';
import { VerifyError } from './verifyError.ts';
import { outputDifference } from './outputDifference.ts';

export interface VerifyPlan {
  readonly version: string;
  readonly a: ModelRunner;
  readonly b: ModelRunner;
  readonly models: Pick<Verification, 'a' | 'b'>;
  /** Of the weights that both have. */
  readonly weights: Verification['weights'];
  readonly settings: Omit<Verification['settings'], 'runtime'>;
  readonly inputs: Verification['inputs'];
  /** Sample `index` below `inputs.samples`. */
  readonly sample: (index: number) => Sample;
  /** Outputs whose last axis is logits; `all` for every one. */
  readonly logits: readonly string[] | 'all';
  readonly onProgress: (progress: { readonly done: number; readonly total: number }) => void;
  /** Throws CancelledError where a person has cancelled. */
  readonly checkCancelled: () => void;
}

/** Pairs of runs that are timed: of few samples each is run more than once. */
const LEAST_PAIRS = 11;

/** Beyond this many milliseconds of runs, none is made for its time alone. */
const TIMING_BUDGET = 20_000;

interface Pair {
  readonly a: ModelRun;
  readonly b: ModelRun;
}

/**
 * Runs both models on every sample and says how far the second is from the first. The models run by turns,
 * which of them first changes from pair to pair, so that what slows the machine slows both. Throws
 * VerifyError where they cannot be compared; models that give different outputs fail, and are no error.
 */
export async function verify(plan: VerifyPlan): Promise<Verification> {
  const { a, b, inputs, settings } = plan;
  checkInterfaces(a, b);
  const compared = comparedOutputs(plan);
  const times: { readonly a: number; readonly b: number }[] = [];
  const notes: string[] = [];
  const total = Math.max(inputs.samples, LEAST_PAIRS);
  plan.onProgress({ done: 0, total });
  const first = await pairOf(plan, plan.sample(0), false);
  // The first run is not timed, so that what is written of it costs no figure.
  const placement = await placementOf(plan);
  let spent = 0;
  const run = async (index: number): Promise<{ sample: Sample; pair: Pair }> => {
    plan.checkCancelled();
    const sample = plan.sample(index);
    const pair = await pairOf(plan, sample, times.length % 2 === 1);
    times.push({ a: pair.a.milliseconds, b: pair.b.milliseconds });
    spent += pair.a.milliseconds + pair.b.milliseconds;
    return { sample, pair };
  };
  for (let k = 0; k < inputs.samples; k++) {
    const { sample, pair } = await run(k);
    for (const { output, summary } of compared) {
      if (!summary) continue;
      summary.add(sample.label, given(pair.a, output, a), given(pair.b, output, b));
    }
    if (k === 0) notes.push(...repeatNotes(plan, first, pair));
    plan.onProgress({ done: k + 1, total });
  }
  for (let k = inputs.samples; k < LEAST_PAIRS && spent < TIMING_BUDGET; k++) {
    await run(k % inputs.samples);
    plan.onProgress({ done: k + 1, total });
  }
  const outputs = compared.map(
    ({ missing, summary }) => summary?.finish(settings.maxError, settings.seed) ?? missing,
  );
  const unreached = unreachedWeights(outputs, plan.weights);
  const passed = outputs.length > 0 && outputs.every((output) => output.passed) && unreached === '';
  const done = {
    ...plan.models,
    settings: { ...settings, runtime: a.interface.runtime },
    inputs,
    outputs,
    passed,
  };
  return {
    schema: 'eigenscope.verification/1',
    tool: { name: 'eigenscope', version: plan.version },
    headline: headline(done, unreached),
    ...done,
    interval: {
      level: INTERVAL_LEVEL,
      method:
        'percentile bootstrap over samples, widened as Student t for few; Clopper-Pearson for an agreement of 1',
      resamples: RESAMPLES,
    },
    latency: latencyOf(times, settings.seed),
    ...(placement ? { placement } : {}),
    peakMemory: { a: await a.memory(), b: await b.memory() },
    weights: plan.weights,
    notes: [
      ...notes,
      ...placementNotes(plan, placement),
      ...inputNotes(inputs),
      ...branchNotes(plan.weights),
    ],
  };
}

/**
 * Why equal outputs show nothing: weights differ, and none of the runs came to them (a branch that was not
 * taken). Empty where no weight differs, or an output does.
 */
function unreachedWeights(
  outputs: readonly VerifiedOutput[],
  weights: Verification['weights'],
): string {
  if (outputs.some(({ worstSample }) => worstSample && worstSample.relativeL2 > 0)) return '';
  const differing = weights.filter(
    ({ relativeFrobenius }) => relativeFrobenius !== null && relativeFrobenius > 0,
  );
  const [first] = differing;
  if (!first) return '';
  return `no output changes by a bit although ${differing.length} of ${weights.length} weights differ ('${first.id}'), so that these inputs do not reach them; give inputs that do`;
}

/** Both models on one sample; `reversed` runs B first. */
async function pairOf({ a, b }: VerifyPlan, { inputs }: Sample, reversed: boolean): Promise<Pair> {
  if (reversed) {
    const second = await b.run(inputs);
    return { a: await a.run(inputs), b: second };
  }
  const first = await a.run(inputs);
  return { a: first, b: await b.run(inputs) };
}

function checkInterfaces(a: ModelRunner, b: ModelRunner): void {
  const { inputs } = a.interface;
  for (const wanted of inputs) {
    const other = b.interface.inputs.find(({ name }) => name === wanted.name);
    if (!other)
      throw new VerifyError(
        'interface',
        `${b.file} has no input '${wanted.name}', which ${a.file} takes; it has ${namesOf(b.interface.inputs)}. Only models of the same inputs can be compared.`,
      );
    if (other.type !== wanted.type)
      throw new VerifyError(
        'interface',
        `The input '${wanted.name}' is of ${wanted.type} in ${a.file} and of ${other.type} in ${b.file}. Only models of the same inputs can be compared.`,
      );
  }
  const more = b.interface.inputs.find(({ name }) => !inputs.some((each) => each.name === name));
  if (more)
    throw new VerifyError(
      'interface',
      `${b.file} takes an input '${more.name}', which ${a.file} does not have; it has ${namesOf(inputs)}. Only models of the same inputs can be compared.`,
    );
}

function namesOf(values: readonly ModelValue[]): string {
  return values.length === 0 ? 'none' : values.map(({ name }) => `'${name}'`).join(', ');
}

interface Compared {
  readonly output: ModelValue;
  /** Undefined where there is nothing to compare it with. */
  readonly summary: OutputSummary | undefined;
  /** The result where there is no summary. */
  readonly missing: VerifiedOutput;
}

function comparedOutputs({ a, b, logits }: VerifyPlan): readonly Compared[] {
  const [ofA, ofB] = [a.interface.outputs, b.interface.outputs];
  const names = new Set([...ofA, ...ofB].map(({ name }) => name));
  const unknown = logits === 'all' ? undefined : logits.find((name) => !names.has(name));
  if (unknown !== undefined)
    throw new VerifyError(
      'inputs',
      `--logits names '${unknown}', but the outputs are ${namesOf(ofA)}.`,
    );
  return [...names].map((name) => {
    const [inA, inB] = [ofA, ofB].map((outputs) => outputs.find((each) => each.name === name));
    const output = (inA ?? inB)!;
    const reason = incomparable(inA, inB);
    return {
      output,
      summary:
        reason === ''
          ? new OutputSummary(output, logits === 'all' || logits.includes(name))
          : undefined,
      missing: nothingOf(output, reason),
    };
  });
}

function incomparable(a: ModelValue | undefined, b: ModelValue | undefined): string {
  if (!a) return 'B gives it and A does not';
  if (!b) return 'A gives it and B does not';
  const odd = [a, b].find(({ type }) => !isTensorType(type) && type !== 'string');
  return odd ? `it is ${odd.type}, which is not compared` : '';
}

function nothingOf({ name, type }: ModelValue, reason: string): VerifiedOutput {
  return {
    name,
    type,
    shape: [],
    distribution: 'none',
    relativeL2: null,
    cosine: null,
    maxAbs: null,
    kl: null,
    top1: null,
    nonFinite: { a: 0, b: 0, differing: 0 },
    worstSample: null,
    passed: false,
    reason,
  };
}

function given({ outputs }: ModelRun, { name }: ModelValue, { file }: ModelRunner): TensorData {
  const tensor = outputs[name];
  if (tensor) return tensor;
  throw new VerifyError('rejected', `${file} did not give its output '${name}' when it was run.`);
}

/** The first run was made twice: a model that draws random numbers differs from itself. */
function repeatNotes({ a, b }: VerifyPlan, first: Pair, again: Pair): string[] {
  return (
    [
      ['a', a],
      ['b', b],
    ] as const
  ).flatMap(([which, { file }]) => {
    const changed = Object.entries(first[which].outputs).find(([name, tensor]) => {
      const other = again[which].outputs[name];
      return other && (outputDifference(tensor, other, false).relativeL2 ?? 0) > 0;
    });
    return changed
      ? [
          `${file} gives another '${changed[0]}' when it is run again on the same sample, so that it differs from itself as well.`,
        ]
      : [];
  });
}

function inputNotes({ dimensions }: Verification['inputs']): string[] {
  const assumed = dimensions.filter((each) => each.assumed);
  if (assumed.length === 0) return [];
  const list = assumed.map(({ name, length }) => `${name}=${length}`).join(', ');
  return [`These lengths were assumed: ${list}.`];
}

/** Where `If` keeps its graphs, as the ids of weights have it. */
const BRANCH = /(^|\/)(then|else)_branch\//;

function branchNotes(weights: Verification['weights']): string[] {
  const inside = weights.filter(
    ({ id, relativeFrobenius }) => relativeFrobenius !== 0 && BRANCH.test(id),
  );
  const [first] = inside;
  return first
    ? [
        `${inside.length} of the weights that differ are in branches of If ('${first.id}'): nothing is shown of a branch that these inputs do not take.`,
      ]
    : [];
}

function latencyOf(
  times: readonly { readonly a: number; readonly b: number }[],
  seed: number,
): Verification['latency'] {
  const spread = (values: readonly number[]) => ({
    median: median(values),
    q1: quantile(values, 0.25),
    q3: quantile(values, 0.75),
  });
  // A run too short for the clock has no ratio.
  const ratios = times.filter(({ a }) => a > 0).map(({ a, b }) => b / a);
  if (ratios.length === 0) return null;
  const interval = bootstrapInterval(ratios, median, seed);
  return {
    a: spread(times.map(({ a }) => a)),
    b: spread(times.map(({ b }) => b)),
    ratio: { median: median(ratios), low: interval?.low ?? null, high: interval?.high ?? null },
    n: ratios.length,
  };
}
