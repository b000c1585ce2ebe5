import * as fs from 'node:fs';
import * as path from 'node:path';
import type { PlannedAction } from '../core/plan/action.ts';
import { effectOf } from '../core/plan/actionEffect.ts';
import { planLayer } from '../core/plan/makePlan.ts';
import type { PlanLayer } from '../core/plan/plan.ts';
import { DEFAULT_PLAN_SETTINGS } from '../core/plan/planRequest.ts';
import type { PlanWeight } from '../core/plan/planWeight.ts';
import { largestUsefulRank } from '../core/plan/rankCost.ts';
import type { MomentPlaces } from '../core/moments/momentFile.ts';
import type { Tensors } from '../core/verify/modelRunner.ts';
import { asFloat64, type TensorData } from '../core/verify/tensorData.ts';
import type { PlanInputsRequest } from './engineApi.ts';
import type { ModelProcess } from './modelProcess.ts';
import type { ChosenSamples } from './chosenSamples.ts';

/** Samples that every changed model is run on, the first ones: each weight takes several models. */
const SAMPLES = 8;

/** Shares of the ranks that are worth having, and of zeros, at which a weight is tried. */
const RANK_SHARES = [0.25, 0.5] as const;
const ZERO_SHARES = [0.25, 0.5] as const;

export interface SensitivityTools {
  readonly file: string;
  /** An original that is loaded, and may be put away. */
  readonly model: ModelProcess;
  readonly samples: ChosenSamples;
  readonly places: MomentPlaces;
  /** For the changed models; empty, and empty again afterwards. */
  readonly folder: string;
  readonly wasm: Uint8Array;
  readonly checkCancelled: () => void;
  readonly onRun: (done: number, total: number) => void;
}

/**
 * How much of the model's squared relative output error comes with a squared relative error of each weight:
 * the weight alone is changed at two levels of each kind that the request looks at (ranks, zeros, bits), each
 * changed model is run, and what its outputs lose (mean over outputs, pooled over samples) is divided by what
 * is predicted of the weight, both summed over the levels. A weight whose change changes nothing, or whose
 * changed model gives no numbers, gets the least or the largest factor of the others. The same samples give
 * the same factors.
 *
 * @returns factors by the weight's id, of those that the request can change
 * @throws VerifyError, RewriteError, and what `checkCancelled` throws
 */
export async function measuredSensitivities(
  request: Pick<PlanInputsRequest, 'spectra' | 'pruning' | 'levels'>,
  weights: readonly PlanWeight[],
  tools: SensitivityTools,
): Promise<ReadonlyMap<string, number>> {
  const { model, samples, onRun, checkCancelled } = tools;
  const trials = weights.map((weight) => ({ weight, actions: trialActions(weight, request) }));
  const total = trials.reduce((sum, { actions }) => sum + actions.length, 0);
  const originals: Tensors[] = [];
  for (let k = 0; k < Math.min(SAMPLES, samples.inputs.samples); k++) {
    checkCancelled();
    originals.push((await model.run(samples.sample(k).inputs)).outputs);
  }
  const ratios = new Map<string, number>();
  let done = 0;
  for (const { weight, actions } of trials) {
    let [measured, predicted] = [0, 0];
    for (const action of actions) {
      checkCancelled();
      onRun(done++, total);
      measured += await changedOutputs(weight, action, originals, tools);
      predicted += effectOf(weight, action).error!;
    }
    if (actions.length > 0) ratios.set(weight.id, predicted > 0 ? measured / predicted : 0);
  }
  return withinMeasured(ratios);
}

/** Changes of one weight that say how its errors reach the outputs: none whose error is not known, or is none. */
function trialActions(
  weight: PlanWeight,
  { spectra, pruning, levels }: Pick<PlanInputsRequest, 'spectra' | 'pruning' | 'levels'>,
): readonly PlannedAction[] {
  const { refused, rows, cols, values } = weight;
  const actions: PlannedAction[] = [];
  if (spectra && refused.lowrank === '') {
    const most = largestUsefulRank(rows, cols);
    const ranks = new Set(RANK_SHARES.map((share) => Math.max(1, Math.round(share * most))));
    for (const rank of ranks) actions.push({ action: 'lowrank', rank });
  }
  if (pruning && refused.sparsity === '' && values)
    for (const sparsity of ZERO_SHARES)
      actions.push({ action: 'prune', sparsity, pattern: 'unstructured' });
  if (levels && refused.bits === '' && values) {
    const known = [...values.levels].sort((a, b) => b.error - a.error);
    for (const level of new Set([known[0], known.at(-1)]))
      if (level) actions.push({ action: 'quantize', bits: level.bits, block: level.block });
  }
  return actions.filter((action) => (effectOf(weight, action).error ?? 0) > 0);
}

/** Squared relative error of the model's outputs with one weight changed; NaN where they are no numbers. */
async function changedOutputs(
  weight: PlanWeight,
  action: PlannedAction,
  originals: readonly Tensors[],
  { file, model, samples, places, folder, wasm }: SensitivityTools,
): Promise<number> {
  const layer: PlanLayer = planLayer(weight, action, {
    axis: 'mixed',
    settings: DEFAULT_PLAN_SETTINGS,
  });
  const output = path.join(folder, 'changed.onnx');
  const place = places.get(weight.id);
  try {
    await model.alter({ file, layer, output, wasm, ...(place ? { place } : {}) });
  } catch (error) {
    // A change that cannot be made or run is none that a plan should prefer.
    const { name, code } = error as { name?: string; code?: string };
    if (code === 'rejected' || code === 'out-of-range' || name === 'LinalgError') return NaN;
    throw error;
  }
  const sums = new Map<string, { difference: number; norm: number }>();
  for (const [k, original] of originals.entries()) {
    const { outputs } = await model.run(samples.sample(k).inputs);
    for (const [name, tensor] of Object.entries(original)) {
      const [difference, norm] = squares(tensor, outputs[name]);
      const before = sums.get(name) ?? { difference: 0, norm: 0 };
      sums.set(name, {
        difference: before.difference + difference,
        norm: before.norm + norm,
      });
    }
  }
  for (const name of fs.readdirSync(folder)) fs.rmSync(path.join(folder, name), { force: true });
  const shares = [...sums.values()].flatMap(({ difference, norm }) =>
    norm > 0 ? [difference / norm] : [],
  );
  return shares.length === 0 ? 0 : shares.reduce((sum, each) => sum + each, 0) / shares.length;
}

/** Of the difference and of the original; none of a tensor of text. */
function squares(a: TensorData, b: TensorData | undefined): readonly [number, number] {
  if (a.type === 'string') return [0, 0];
  const values = asFloat64(a);
  if (!b || b.type === 'string' || b.values.length !== values.length) return [NaN, 0];
  const others = asFloat64(b);
  let [difference, norm] = [0, 0];
  for (let k = 0; k < values.length; k++) {
    difference += (values[k]! - others[k]!) ** 2;
    norm += values[k]! ** 2;
  }
  return [difference, norm];
}

/** Factors that are none, or no numbers, by the least and the largest of the others. */
function withinMeasured(ratios: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const usable = [...ratios.values()].filter((each) => each > 0 && each < Infinity);
  const least = usable.reduce((a, b) => Math.min(a, b), Infinity);
  const most = usable.reduce((a, b) => Math.max(a, b), 0);
  if (usable.length === 0) return new Map([...ratios].map(([id]) => [id, 1]));
  return new Map(
    [...ratios].map(([id, each]) => [id, each === 0 ? least : each < Infinity ? each : most]),
  );
}
