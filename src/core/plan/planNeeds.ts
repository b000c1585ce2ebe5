import type { PlanMethod } from './plan.ts';
import type { AlphaEstimator, PlanSettings } from './planRequest.ts';
import type { PlanAxis } from './planWeight.ts';

/** What has to be known of the weights of a model before plans of it can be made. */
export interface PlanNeeds {
  /** Spectra of the matrices that factors could replace. */
  readonly spectra: boolean;
  /** Which exponents alpha maps are to read; null for none. */
  readonly estimator: AlphaEstimator | null;
  /** Errors of pruning, and of every level of quantisation. */
  readonly pruning: boolean;
  readonly levels: boolean;
}

/** What the planners of any of these methods read of the weights. */
export function planNeeds(
  axis: PlanAxis,
  methods: readonly PlanMethod[],
  { estimator, alphaWeighting }: Pick<PlanSettings, 'estimator' | 'alphaWeighting'>,
): PlanNeeds {
  const mapped = methods.some((method) => method.startsWith('alpha-'));
  return {
    spectra: axis === 'lowrank' || axis === 'mixed',
    estimator: mapped || (axis === 'bits' && alphaWeighting) ? estimator : null,
    pruning: axis === 'sparsity',
    levels: axis === 'bits' || axis === 'mixed',
  };
}

/** All that any of them needs. */
export function joinedNeeds(all: readonly PlanNeeds[]): PlanNeeds {
  return {
    spectra: all.some(({ spectra }) => spectra),
    estimator: all.find(({ estimator }) => estimator !== null)?.estimator ?? null,
    pruning: all.some(({ pruning }) => pruning),
    levels: all.some(({ levels }) => levels),
  };
}
