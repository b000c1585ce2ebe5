import type { Weight } from '../core/checkpoint/checkpoint.ts';
import { storedFloat, storedSize } from '../core/plan/storedSize.ts';
import { factorisedRows, weightRefusals } from '../core/plan/weightRefusals.ts';
import type { ValueRequest } from '../core/plan/measureValues.ts';
import type { PlanInputsRequest } from './engineApi.ts';
import { outputBytes, outputFlops, type OutputTask } from './outputTask.ts';
import { wholePart } from './planTasks.ts';
import type { EntryJob } from './solveEntries.ts';
import type { WeightMoments } from './weightMoments.ts';

export type OutputJob = EntryJob<OutputTask>;

type Wanted = Pick<PlanInputsRequest, 'spectra' | 'pruning' | 'levels'>;

/** Weights that a request may change, whose inputs are worth looking at. */
export function weighedWeights(weights: readonly Weight[], wanted: Wanted): ReadonlySet<string> {
  const { spectra, pruning, levels } = wanted;
  return new Set(
    weights.flatMap((weight) => {
      const { lowrank, sparsity, bits } = weightRefusals(weight, storedSize(weight));
      const may =
        (spectra && lowrank === '') || (pruning && sparsity === '') || (levels && bits === '');
      return may && storedFloat(weight) ? [weight.id] : [];
    }),
  );
}

/**
 * The work of weighing a weight by its outputs, or why it is weighed by its own values.
 *
 * @param request what is measured of its values; null for nothing
 */
export function outputJob(
  weight: Weight,
  request: ValueRequest | null,
  { places, refused }: Pick<WeightMoments, 'places' | 'refused'>,
  { spectra }: Wanted,
): OutputJob | { readonly refused: string } {
  const { id, storage, parameters } = weight;
  const moment = places.get(id);
  const dtype = storedFloat(weight);
  if (!moment || !dtype) return { refused: refused.get(id) ?? 'its inputs were not looked at' };
  const { kind, count, length } = moment;
  const spectrum = spectra && weightRefusals(weight, storedSize(weight)).lowrank === '';
  if (spectrum && kind === 'dense' && count < length)
    return {
      refused: `only ${count} vectors reached its ${length} inputs, too few to tell which of these matter; give more samples`,
    };
  const rows = factorisedRows(weight);
  const cols = parameters / rows;
  const task: OutputTask = { id, storage, dtype, rows, cols, moment, spectrum, request };
  return {
    id,
    weight,
    part: wholePart(parameters),
    flops: outputFlops(task),
    bytes: outputBytes(task),
    task,
  };
}
