import type { PlannedAction } from './action.ts';
import { addedBytes, effectOf, fullRank } from './actionEffect.ts';
import type { ErrorScale } from './actionOption.ts';
import type { PlanLayer, PlanTotals } from './plan.ts';
import type { PlanAxis, PlanWeight } from './planWeight.ts';
import { pruningRefusal, type PruningPattern } from './sparsityPlanner.ts';

/** The model as a plan counts it: all of its tensors, planned or not, and all of its files. */
export interface PlanModel {
  /** As a plan names it. */
  readonly file: string;
  readonly bytes: number;
  readonly parameters: number;
  readonly sha256: string;
}

/** Weights that the axis may change. */
export function plannable(
  weights: readonly PlanWeight[],
  axis: PlanAxis,
  pattern: PruningPattern,
): readonly boolean[] {
  return weights.map((weight) =>
    axis === 'sparsity' ? pruningRefusal(weight, pattern) === '' : weight.refused[axis] === '',
  );
}

/** A layer of a plan as far as it counts. */
type CountedLayer = PlannedAction & Pick<PlanLayer, 'parameters' | 'bytes' | 'error'>;

/** What actions come to, one for each weight. Throws ActionError where a weight cannot take its action. */
export function actionTotals(
  model: PlanModel,
  weights: readonly PlanWeight[],
  actions: readonly PlannedAction[],
  axis: PlanAxis,
  settings: { readonly scale: ErrorScale; readonly pattern: PruningPattern },
): PlanTotals {
  const layers = weights.map((weight, w): CountedLayer => {
    const action = actions[w]!;
    const { parameters, bytes, error } = effectOf(weight, action);
    return {
      ...action,
      parameters: [weight.parameters, parameters],
      bytes: [weight.bytes, bytes],
      error: root(error),
    };
  });
  return totalsOf(model, weights, layers, axis, settings);
}

/** What the layers of a plan come to. `layers` are those of `weights`, in their order. */
export function totalsOf(
  model: PlanModel,
  weights: readonly PlanWeight[],
  layers: readonly CountedLayer[],
  axis: PlanAxis,
  { scale, pattern }: { readonly scale: ErrorScale; readonly pattern: PruningPattern },
): PlanTotals {
  const saved = (pick: (layer: CountedLayer) => readonly [number, number]): number =>
    layers.reduce((total, layer) => total + pick(layer)[0] - pick(layer)[1], 0);
  const may = plannable(weights, axis, pattern);
  const pairs = weights.flatMap((weight, w) => (may[w] ? [{ weight, layer: layers[w]! }] : []));
  const ratio = (
    part: (pair: (typeof pairs)[number]) => number,
    whole: (pair: (typeof pairs)[number]) => number,
  ): number | null => {
    const total = pairs.reduce((sum, pair) => sum + whole(pair), 0);
    return total > 0 ? pairs.reduce((sum, pair) => sum + part(pair), 0) / total : null;
  };
  const parametersOf = ({ weight }: (typeof pairs)[number]): number => weight.parameters;
  return {
    parameters: [model.parameters, model.parameters - saved(({ parameters }) => parameters)],
    bytes: [model.bytes, model.bytes - saved(({ bytes }) => bytes)],
    rank:
      axis === 'lowrank'
        ? ratio(
            ({ weight, layer }) => (layer.action === 'lowrank' ? layer.rank : fullRank(weight)),
            ({ weight }) => fullRank(weight),
          )
        : null,
    bits: axis === 'bits' ? ratio(valueBits, parametersOf) : null,
    sparsity:
      axis === 'sparsity'
        ? ratio(({ layer }) => layer.parameters[0] - layer.parameters[1], parametersOf)
        : null,
    error: root(
      ratio(
        ({ weight, layer }) => (layer.error ?? 0) ** 2 * importance(weight, scale),
        ({ weight }) => importance(weight, scale),
      ),
    ),
  };
}

function valueBits({
  weight,
  layer,
}: {
  readonly weight: PlanWeight;
  readonly layer: CountedLayer;
}): number {
  return 8 * (layer.bytes[1] - addedBytes(weight, layer));
}

function importance({ energy }: PlanWeight, scale: ErrorScale): number {
  return scale === 'relative' ? 1 : energy;
}

function root(value: number | null): number | null {
  return value === null ? null : Math.sqrt(value);
}
