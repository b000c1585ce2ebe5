import type { Improvement } from '../plan/searchSummary.ts';
import { randomBits } from '../spectrum/randomBits.ts';
import { swappedLevels, type LevelCosts } from './levelSwap.ts';
import { SearchError } from './searchError.ts';
import { shuffled } from './sampleSplit.ts';
import type { SearchSettings } from './searchSettings.ts';

/** Where a search stands after a generation. */
export interface EvolutionState {
  readonly generation: number;
  /** Plans that were run on at least one sample. */
  readonly evaluations: number;
  /** The best so far. */
  readonly levels: readonly number[];
  readonly scored: Improvement;
  readonly heldOut: Improvement;
}

export interface EvolutionRequest {
  readonly costs: LevelCosts;
  /** Of all weights together. */
  readonly budget: number;
  /** Within the budget. */
  readonly start: readonly number[];
  readonly settings: SearchSettings;
  readonly seed: number;
  /** Indices of the samples that plans are chosen by, and of those that the best is reported on. */
  readonly scored: readonly number[];
  readonly heldOut: readonly number[];
  /** Error of the outputs on one sample, at least 0; Infinity for a plan that gives no usable ones. */
  readonly error: (levels: readonly number[], sample: number) => Promise<number>;
  /** Called with the start (generation 0) and after every generation. */
  readonly onGeneration: (state: EvolutionState) => void;
  /** Goes on from there, as if it had never stopped. */
  readonly resume?: EvolutionState | undefined;
}

/** Shares of the scored samples that a stage of the selection looks at, and of the offspring that it keeps. */
const STAGES = [
  { samples: 1 / 16, keeps: 1 / 8 },
  { samples: 1 / 4, keeps: 1 / 32 },
] as const;

/** Tries at offspring that no earlier one of the generation equals. */
const DRAWS_PER_CHILD = 16;

/**
 * Evolution by level swaps with selection in stages, of EvoPress (Sieberling, Kuznedelev, Kurtic, Alistarh,
 * "EvoPress: Accurate Dynamic Model Compression via Evolutionary Search", 2024, algorithm 1 and section 4): all
 * offspring are copies of the best plan so far with a few swaps; most are dropped on a random few of the
 * samples, some on more, and the last one replaces its parent only where it is better on all of them. Each
 * generation draws from a stream of its own, so that a search that was stopped goes on as it would have.
 *
 * @throws SearchError (`nothing`) where the start gives no usable outputs, and what `error` throws.
 */
export async function evolve(request: EvolutionRequest): Promise<EvolutionState> {
  const { settings, resume, onGeneration, start, scored, heldOut } = request;
  const meanOver = async (
    levels: readonly number[],
    samples: readonly number[],
    known = new Map<number, number>(),
  ): Promise<number> => {
    let sum = 0;
    for (const sample of samples) {
      let value = known.get(sample);
      if (value === undefined) {
        value = await request.error(levels, sample);
        known.set(sample, value);
      }
      sum += value;
    }
    return sum / samples.length;
  };
  let state = resume;
  if (!state) {
    const [first, other] = [await meanOver(start, scored), await meanOver(start, heldOut)];
    if (!Number.isFinite(first + other))
      throw new SearchError(
        'nothing',
        'The plan that the search begins with makes the model give values that are NaN or infinite, so that nothing can be measured against it. Ask for less with --target, or begin with another method.',
      );
    state = {
      generation: 0,
      evaluations: 1,
      levels: start,
      scored: { start: first, best: first },
      heldOut: { start: other, best: other },
    };
    onGeneration(state);
  }
  while (state.generation < settings.generations) {
    const generation: number = state.generation + 1;
    const bits = randomBits(request.seed + 4294967296 * generation);
    const children = offspringOf(state.levels, request, bits);
    const best = await selected(children, request, bits, meanOver);
    const evaluations: number = state.evaluations + children.length;
    state = { ...state, generation, evaluations };
    if (best && best.error < state.scored.best) {
      const other = await meanOver(best.levels, heldOut);
      // What gives no usable outputs on some sample is no plan to keep, whatever it gives on the others.
      if (Number.isFinite(other))
        state = {
          ...state,
          levels: best.levels,
          scored: { ...state.scored, best: best.error },
          heldOut: { ...state.heldOut, best: other },
        };
    }
    onGeneration(state);
  }
  return state;
}

function offspringOf(
  parent: readonly number[],
  { costs, budget, settings: { offspring } }: EvolutionRequest,
  bits: () => number,
): readonly (readonly number[])[] {
  const children = new Map<string, readonly number[]>();
  for (let draw = 0; draw < DRAWS_PER_CHILD * offspring && children.size < offspring; draw++) {
    const child = swappedLevels(parent, costs, budget, bits);
    if (child) children.set(child.join(), child);
  }
  return [...children.values()];
}

interface Scored {
  readonly levels: readonly number[];
  readonly error: number;
  readonly known: Map<number, number>;
}

async function selected(
  children: readonly (readonly number[])[],
  { scored, settings: { offspring } }: EvolutionRequest,
  bits: () => number,
  meanOver: (
    levels: readonly number[],
    samples: readonly number[],
    known: Map<number, number>,
  ) => Promise<number>,
): Promise<Scored | undefined> {
  let left: Scored[] = children.map((levels) => ({ levels, error: 0, known: new Map() }));
  const round = async (samples: readonly number[], keeps: number): Promise<void> => {
    const measured: Scored[] = [];
    for (const { levels, known } of left)
      measured.push({ levels, known, error: await meanOver(levels, samples, known) });
    // The sort is stable: of equals the earlier one stays.
    left = measured.sort((a, b) => order(a.error, b.error)).slice(0, keeps);
  };
  for (const { samples, keeps } of STAGES) {
    const count = Math.ceil(samples * scored.length);
    const few = shuffled(scored.length, bits).slice(0, count);
    await round(
      few.map((k) => scored[k]!),
      Math.max(2, Math.round(keeps * offspring)),
    );
  }
  await round(scored, 1);
  return left[0];
}

/** Differences of infinities are no numbers. */
function order(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
