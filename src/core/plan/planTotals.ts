import { addedBytes, fullRank } from './actionEffect.ts';
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

/** What the layers of a plan come to. `layers` are those of `weights`, in their order. */
export function totalsOf(
  model: PlanModel,
  weights: readonly PlanWeight[],
  layers: readonly PlanLayer[],
  axis: PlanAxis,
  { scale, pattern }: { readonly scale: ErrorScale; readonly pattern: PruningPattern },
): PlanTotals {
  const saved = (pick: (layer: PlanLayer) => readonly [number, number]): number =>
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
  readonly layer: PlanLayer;
}): number {
  return 8 * (layer.bytes[1] - addedBytes(weight, layer));
}

function importance({ energy }: PlanWeight, scale: ErrorScale): number {
  return scale === 'relative' ? 1 : energy;
}

function root(value: number | null): number | null {
  return value === null ? null : Math.sqrt(value);
}
