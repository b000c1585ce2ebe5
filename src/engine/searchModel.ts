import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { actionOf, type PlannedAction } from '../core/plan/action.ts';
import { plannerOf } from '../core/plan/axisPlanners.ts';
import { makePlan } from '../core/plan/makePlan.ts';
import { checkRequest } from '../core/plan/planRequest.ts';
import { SEARCH_STATE_SCHEMA, type SearchState } from '../core/plan/searchState.ts';
import type { EvolutionState } from '../core/search/evolution.ts';
import { SearchError } from '../core/search/searchError.ts';
import { isSame, keyOf, searchLevels, type WeightLevels } from '../core/search/searchLevels.ts';
import { searchedPlan } from '../core/search/searchedPlan.ts';
import { checkSearchSettings } from '../core/search/searchSettings.ts';
import { readStateFile, writeStateFile } from '../core/search/stateFile.ts';
import { CancelledError } from '../protocol/cancellation.ts';
import type { CallContext, PlanInputs } from './engineApi.ts';
import { plannedWeights } from './planModel.ts';
import type { SearchProgress, SearchRequest, SearchResult } from './searchRequest.ts';
import { searchFolder } from './searchFolder.ts';
import { startSearch } from './searchProcess.ts';
import type { SearchBasis } from './searchRun.ts';
import { withAdvice } from './verifyModels.ts';
import type { WorkerPool } from './workerPool.ts';

/**
 * A plan that is searched for: the one that the request's method makes, then better ones of its size by running
 * the model. The state is kept after each generation, so that a kill loses at most one. A cancelled search gives
 * the best plan so far, where there is one. Throws TargetError, ActionError, SearchError, SearchStateError,
 * VerifyError, CheckpointError and CancelledError.
 */
export async function searchModel(
  request: SearchRequest,
  pool: WorkerPool,
  { dist, version }: { readonly dist: string; readonly version: string },
  { signal, onProgress }: CallContext<SearchProgress> = {},
): Promise<SearchResult> {
  checkRequest(request);
  checkSearchSettings(request.search);
  const inputs = await plannedWeights(request, pool, {
    ...(signal ? { signal } : {}),
    onProgress: (weights) => onProgress?.({ phase: 'weights', weights }),
  });
  const start = makePlan(inputs.model, inputs.weights, request, version);
  const actions = start.layers.map(actionOf);
  const { unit } = plannerOf(inputs.weights, request);
  const levels = searchLevels(inputs.weights, actions, request, unit);
  const { stateFile } = request;
  const known = request.resume ? readStateFile(stateFile, stateBasis(inputs, request)) : undefined;
  let basis: SearchBasis | undefined;
  let best: EvolutionState | undefined;
  const folder = searchFolder();
  try {
    const last = await startSearch(
      {
        file: request.file,
        dist,
        folder,
        weights: levels,
        budget: startCost(levels),
        spectra: spectraOf(inputs),
        samples: request,
        logits: request.logits,
        threads: request.threads,
        settings: request.search,
        seed: request.seed,
        memoryLimit: request.memoryLimit,
        resume: known && {
          state: evolutionState(known, levels, stateFile),
          samples: known.samples,
        },
      },
      dist,
      {
        ...(signal ? { signal } : {}),
        onBasis: (found) => {
          basis = found;
        },
        onSamples: (done, total) => onProgress?.({ phase: 'samples', done, total }),
        onGeneration: (state) => {
          best = state;
          if (stateFile !== '')
            writeStateFile(stateFile, stateOf(state, levels, basis!, inputs, request));
          const { generation, evaluations, scored, heldOut } = state;
          const { generations } = request.search;
          onProgress?.({ phase: 'search', generation, generations, evaluations, scored, heldOut });
        },
      },
    );
    const state = last ?? best;
    if (!state || !basis) throw new CancelledError();
    return {
      finished: last !== undefined,
      plan: searchedPlan({
        ...inputs,
        request,
        start,
        actions: actionsAt(levels, state.levels),
        summary: {
          start: request.method,
          generations: state.generation,
          offspring: request.search.offspring,
          finished: last !== undefined,
          evaluations: state.evaluations,
          inputs: basis.inputs,
          measures: basis.measures,
          scored: state.scored,
          heldOut: state.heldOut,
          runtime: basis.runtime,
        },
        unmeasured: basis.unmeasured,
        version,
      }),
    };
  } catch (error) {
    throw withAdvice(error, request);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function spectraOf({ weights }: PlanInputs): Record<string, Float64Array> {
  const known = weights.filter(({ singularValues }) => singularValues.length > 0);
  return Object.fromEntries(known.map(({ id, singularValues }) => [id, singularValues]));
}

/** What the course of a search depends on, besides its samples. */
function stateBasis(
  { model, weights }: PlanInputs,
  { axis, method, target, settings, seed, search, logits }: SearchRequest,
): Pick<SearchState, 'model' | 'settings'> {
  const locked = weights.flatMap((weight) =>
    weight.locked ? [[weight.id, keyOf(weight.locked)]] : [],
  );
  const named = {
    axis,
    method,
    target: `${target.kind}=${target.value}`,
    ...Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)])),
    seed: String(seed),
    offspring: String(search.offspring),
    logits: logits === 'all' ? logits : [...logits].sort().join(),
    locked: createHash('sha256').update(JSON.stringify(locked)).digest('hex'),
  };
  return { model: { file: model.file, sha256: model.sha256 }, settings: named };
}

function actionsAt(
  weights: readonly WeightLevels[],
  levels: readonly number[],
): readonly PlannedAction[] {
  return weights.map((each, w) => each.levels[levels[w]!]!.action);
}

function stateOf(
  { generation, evaluations, scored, heldOut, levels }: EvolutionState,
  weights: readonly WeightLevels[],
  { samples }: SearchBasis,
  inputs: PlanInputs,
  request: SearchRequest,
): SearchState {
  const actions = actionsAt(weights, levels);
  return {
    schema: SEARCH_STATE_SCHEMA,
    ...stateBasis(inputs, request),
    samples,
    generation,
    evaluations,
    scored,
    heldOut,
    actions: weights.map(({ id }, w) => ({ id, action: actions[w]! })),
  };
}

function evolutionState(
  state: SearchState,
  weights: readonly WeightLevels[],
  file: string,
): EvolutionState {
  const { generation, evaluations, scored, heldOut } = state;
  return { generation, evaluations, scored, heldOut, levels: levelsOf(state, weights, file) };
}

/** The levels of the actions that a state holds. Throws SearchError (`state`). */
function levelsOf(
  { actions }: SearchState,
  weights: readonly WeightLevels[],
  file: string,
): readonly number[] {
  const found = weights.map(({ id, levels }) => {
    const held = actions.find((each) => each.id === id);
    const level = levels.findIndex(({ action }) => held && isSame(action, held.action));
    if (level >= 0) return level;
    throw new SearchError(
      'state',
      `${file} has ${held ? `'${keyOf(held.action)}'` : 'nothing'} for '${id}', which is none of the ${levels.length} levels that this search has for it. Begin anew with --force.`,
    );
  });
  if (costOf(weights, found) <= startCost(weights)) return found;
  throw new SearchError(
    'state',
    `${file} holds a plan that is larger than the search allows. Begin anew with --force.`,
  );
}

function costOf(weights: readonly WeightLevels[], levels: readonly number[]): number {
  return weights.reduce((sum, each, w) => sum + each.levels[levels[w]!]!.cost, 0);
}

function startCost(weights: readonly WeightLevels[]): number {
  return costOf(
    weights,
    weights.map(({ start }) => start),
  );
}
