import type { ErrorScale } from './actionOption.ts';
import { LOW_RANK_METHODS } from './lowRankPlanner.ts';
import type { PlanCalibration, PlanMethod, TargetKind } from './plan.ts';
import type { PlanAxis } from './planWeight.ts';
import { TargetError, type PlanTarget } from './planTarget.ts';
import { SPARSITY_METHODS, type PruningPattern } from './sparsityPlanner.ts';

/** Which exponent alpha maps read: of the whole matrix by Hill, by the search around the peak or over all tails, or of equal windows. */
export const ALPHA_ESTIMATORS = ['hill', 'peak', 'power-law', 'farms'] as const;

export type AlphaEstimator = (typeof ALPHA_ESTIMATORS)[number];

/** What a plan is made with, whatever the axis; each axis reads what is its own. */
export interface PlanSettings {
  /** Ranks are multiples of this; at least 1. */
  readonly multiple: number;
  /** WeLore factorises a weight only where more than this share of its ranks goes; 0 to below 1. */
  readonly minRatio: number;
  readonly scale: ErrorScale;
  readonly pattern: PruningPattern;
  readonly estimator: AlphaEstimator;
  /** Spread of the alpha maps; 0 to below 1. */
  readonly epsilon: number;
  readonly byBlock: boolean;
  /** No weight gets more zeros than this share of its values; above 0, up to 1. */
  readonly highest: number;
  /** Divide each weight's squared error by the share that the linear alpha map would give it (bits only). */
  readonly alphaWeighting: boolean;
}

/** Of AlphaPruning where it has them. */
export const DEFAULT_PLAN_SETTINGS: PlanSettings = {
  multiple: 1,
  minRatio: 0,
  scale: 'relative',
  pattern: 'unstructured',
  estimator: 'hill',
  epsilon: 0.3,
  byBlock: true,
  highest: 0.99,
  alphaWeighting: false,
};

export interface PlanRequest {
  readonly axis: PlanAxis;
  readonly method: PlanMethod;
  readonly target: PlanTarget;
  readonly settings: PlanSettings;
  /** Kept in the plan; the planners of these methods draw no random numbers. */
  readonly seed: number;
  /** What the weights were weighed on, where their errors are of outputs. */
  readonly calibration?: PlanCalibration;
}

/** The first one is the default. */
export const METHODS_OF: Readonly<Record<PlanAxis, readonly PlanMethod[]>> = {
  lowrank: ['error-optimal', ...LOW_RANK_METHODS.filter((method) => method !== 'error-optimal')],
  sparsity: ['alpha-linear', ...SPARSITY_METHODS.filter((method) => method !== 'alpha-linear')],
  bits: ['error-optimal', 'uniform'],
  mixed: ['error-optimal'],
};

export const TARGETS_OF: Readonly<Record<PlanAxis, readonly TargetKind[]>> = {
  lowrank: ['parameters', 'bytes', 'rank', 'error'],
  sparsity: ['sparsity', 'parameters', 'error'],
  bits: ['bits', 'bytes', 'error'],
  mixed: ['bytes', 'error'],
};

const SETTING_RANGES: readonly (readonly [
  keyof PlanSettings,
  (settings: PlanSettings) => boolean,
  string,
])[] = [
  [
    'multiple',
    ({ multiple }) => Number.isInteger(multiple) && multiple >= 1,
    'a whole number from 1 up',
  ],
  ['minRatio', ({ minRatio }) => minRatio >= 0 && minRatio < 1, 'a share from 0 to below 1'],
  ['epsilon', ({ epsilon }) => epsilon >= 0 && epsilon < 1, 'a spread from 0 to below 1'],
  ['highest', ({ highest }) => highest > 0 && highest <= 1, 'a share above 0 and up to 1'],
];

/** Throws TargetError where the method or the target is none of the axis, and for settings out of range. */
export function checkRequest({ axis, method, target, settings }: PlanRequest): void {
  if (!METHODS_OF[axis].includes(method))
    throw new TargetError(
      `The axis ${axis} has no method '${method}'; take ${METHODS_OF[axis].join(', ')}.`,
    );
  if (!TARGETS_OF[axis].includes(target.kind))
    throw new TargetError(
      `A plan of the axis ${axis} cannot aim at ${target.kind}${why(axis, target.kind)}; take ${TARGETS_OF[axis].join(', ')}.`,
    );
  for (const [name, holds, range] of SETTING_RANGES)
    if (!holds(settings))
      throw new TargetError(`The setting ${name} is ${range}, not ${settings[name]}.`);
}

function why(axis: PlanAxis, kind: TargetKind): string {
  return axis === 'sparsity' && kind === 'bytes' ? ' (zeros are stored like other values)' : '';
}
