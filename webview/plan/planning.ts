import {
  calibrationChoice,
  type CalibrationChoice,
} from '../../src/core/plan/calibrationChoice.ts';
import type { PlannedAction } from '../../src/core/plan/action.ts';
import { lockedWeights } from '../../src/core/plan/lockedWeights.ts';
import { planMaker, type PlanMaker } from '../../src/core/plan/makePlan.ts';
import type { Plan, PlanMethod } from '../../src/core/plan/plan.ts';
import { planNeeds, type PlanNeeds } from '../../src/core/plan/planNeeds.ts';
import type { PlanRequest, PlanSettings } from '../../src/core/plan/planRequest.ts';
import type { PlanAxis, PlanWeight } from '../../src/core/plan/planWeight.ts';
import type { PlanEffort, TargetReach } from '../../src/core/plan/targetBudget.ts';
import type { PlanSource } from '../../src/protocol/planPanelApi.ts';

export type Locks = ReadonlyMap<string, PlannedAction>;

/** A few methods and sets of locks that a person goes to and fro between. */
const MOST_MAKERS = 8;

/**
 * Plans of one model, for a slider: what does not depend on the target's value is worked out once for each
 * question (axis, method, kind of target, settings, locks).
 */
export class Planning {
  readonly source: PlanSource;
  readonly needs: PlanNeeds;
  /** What the model was run on for it. */
  readonly choice: CalibrationChoice | undefined;
  readonly #version: string;
  readonly #makers = new Map<string, PlanMaker>();
  readonly #byId: ReadonlyMap<string, PlanWeight>;

  constructor(source: PlanSource, needs: PlanNeeds, version: string) {
    this.source = source;
    this.needs = needs;
    this.choice = calibrationChoice(source.calibration);
    this.#version = version;
    this.#byId = new Map(source.weights.map((weight) => [weight.id, weight]));
  }

  weight(id: string): PlanWeight | undefined {
    return this.#byId.get(id);
  }

  /** Throws TargetError and ActionError, as `makePlan`. */
  plan(request: PlanRequest, locks: Locks, effort: PlanEffort): Plan {
    return this.#maker(request, locks).plan(request.target.value, effort);
  }

  /** What targets of the request's kind can be. Throws TargetError and ActionError. */
  reach(request: PlanRequest, locks: Locks): TargetReach {
    return this.#maker(request, locks).reach;
  }

  #maker(request: PlanRequest, locks: Locks): PlanMaker {
    const { axis, method, target, settings } = request;
    const key = JSON.stringify([axis, method, target.kind, settings, [...locks]]);
    const known = this.#makers.get(key);
    // The last one used is the last to go.
    this.#makers.delete(key);
    const { model, weights, calibration } = this.source;
    const asked = calibration ? { ...request, calibration } : request;
    const maker =
      known ?? memoised(planMaker(model, lockedWeights(weights, locks), asked, this.#version));
    this.#makers.set(key, maker);
    const [oldest] = this.#makers.keys();
    if (this.#makers.size > MOST_MAKERS && oldest !== undefined) this.#makers.delete(oldest);
    return maker;
  }
}

/** With the reach worked out once. */
function memoised(maker: PlanMaker): PlanMaker {
  let reach: TargetReach | undefined;
  return {
    get reach() {
      reach ??= maker.reach;
      return reach;
    },
    plan: maker.plan,
  };
}

/** What has to be known for plans by any of the methods with those locks. */
export function needsOf(
  axis: PlanAxis,
  methods: readonly PlanMethod[],
  settings: PlanSettings,
  locks: Locks,
): PlanNeeds {
  const actions = [...locks.values()].map(({ action }) => action);
  const needs = planNeeds(axis, methods, settings);
  return {
    ...needs,
    spectra: needs.spectra || actions.includes('lowrank'),
    pruning: needs.pruning || actions.includes('prune'),
    levels: needs.levels || actions.includes('quantize'),
  };
}

/** Whether what is known is all that is needed. */
export function covers(known: PlanNeeds, needed: PlanNeeds): boolean {
  return (
    (known.spectra || !needed.spectra) &&
    (needed.estimator === null || known.estimator === needed.estimator) &&
    (known.pruning || !needed.pruning) &&
    (known.levels || !needed.levels)
  );
}
