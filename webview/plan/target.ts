import type { Plan, TargetKind } from '../../src/core/plan/plan.ts';
import { TARGETS_OF } from '../../src/core/plan/planRequest.ts';
import type { PlanTarget } from '../../src/core/plan/planTarget.ts';
import type { PlanAxis } from '../../src/core/plan/planWeight.ts';
import type { TargetReach } from '../../src/core/plan/targetBudget.ts';
import { t } from '../ui/localise.ts';

/** What a person starts from who turns to that axis. */
const FIRST: Readonly<Record<PlanAxis, PlanTarget>> = {
  lowrank: { kind: 'parameters', value: 0.75 },
  sparsity: { kind: 'sparsity', value: 0.5 },
  bits: { kind: 'bytes', value: 0.5 },
  mixed: { kind: 'bytes', value: 0.5 },
};

/** The target for another axis: the same where it has that kind. */
export function targetFor(axis: PlanAxis, target: PlanTarget): PlanTarget {
  return TARGETS_OF[axis].includes(target.kind) ? target : FIRST[axis];
}

/** The target of that kind that a plan has met: what asks for the same in other words. */
export function targetAs(kind: TargetKind, { achieved, target }: Plan): PlanTarget {
  const [shareOf, met] = [
    ([before, after]: readonly [number, number]): number => after / Math.max(1, before),
    achieved,
  ];
  switch (kind) {
    case 'parameters':
    case 'bytes':
      return { kind, value: upwards(shareOf(met[kind])) };
    case 'rank':
      return { kind, value: upwards(met.rank ?? 1) };
    case 'bits':
      return { kind, value: upwards(met.bits ?? 8) };
    case 'sparsity':
      return { kind, value: Math.floor((met.sparsity ?? 0) * 1e4) / 1e4 };
    case 'error':
      return { kind, value: met.error === null ? target.value : upwards(met.error) };
  }
}

/** Budgets are met by what is rounded up. */
function upwards(value: number): number {
  return Math.ceil(value * 1e4 - 1e-6) / 1e4;
}

/** An amount of parameters or bytes as a share of the original; all else as it is. */
export function asShare({ kind, value }: PlanTarget, { achieved }: Plan): number {
  if (value <= 1 || (kind !== 'parameters' && kind !== 'bytes')) return value;
  return value / Math.max(1, achieved[kind][0]);
}

/** The target, or the nearest to it that can be met. */
export function reachableTarget(target: PlanTarget, { furthest }: TargetReach): PlanTarget {
  const { kind, value } = target;
  switch (kind) {
    case 'error':
      return target;
    case 'sparsity':
      return { kind, value: Math.min(value, furthest) };
    case 'parameters':
    case 'bytes':
      // An amount is not to be compared with a share.
      return value > 1 ? target : { kind, value: Math.max(value, furthest) };
    case 'rank':
    case 'bits':
      return { kind, value: Math.max(value, furthest) };
  }
}

export interface SliderRange {
  readonly least: number;
  readonly most: number;
  readonly step: number;
}

/** Where a slider of that kind begins and ends, in steps that a hand can tell apart. */
export function sliderRange(kind: TargetKind, { furthest, none }: TargetReach): SliderRange {
  const step = kind === 'bits' ? 0.05 : 0.001;
  const [low, high] = furthest < none ? [furthest, none] : [none, furthest];
  const isDownwards = kind === 'sparsity' || kind === 'error';
  const round = (value: number, up: boolean): number => {
    const steps = value / step;
    return Number(((up ? Math.ceil(steps - 1e-9) : Math.floor(steps + 1e-9)) * step).toFixed(6));
  };
  const least = round(low, true);
  return { least, most: Math.max(least, round(high, !isDownwards)), step };
}

/** Such as `75.0 %`, and `4.50` for bits. */
export function targetText(kind: TargetKind, value: number): string {
  return kind === 'bits' ? value.toFixed(2) : `${(100 * value).toFixed(1)} %`;
}

/** The value that a person has written, in percent but for bits; undefined where it is none. */
export function parsedTarget(kind: TargetKind, text: string): number | undefined {
  const match = /^\s*(\d{1,12}(?:\.\d{1,12})?)\s*%?\s*$/.exec(text);
  if (!match) return undefined;
  const value = Number(match[1]);
  if (kind === 'bits') return value >= 2 && value <= 64 ? value : undefined;
  const share = value / 100;
  const isBelow = kind === 'sparsity' ? share < 1 : share <= 1;
  const isAbove = kind === 'sparsity' || kind === 'error' ? share >= 0 : share > 0;
  return isBelow && isAbove ? Number(share.toFixed(8)) : undefined;
}

export function targetLabel(kind: TargetKind): string {
  switch (kind) {
    case 'parameters':
      return t('Parameters');
    case 'bytes':
      return t('Bytes');
    case 'rank':
      return t('Average rank');
    case 'bits':
      return t('Average bits');
    case 'sparsity':
      return t('Zeros');
    case 'error':
      return t('Predicted error');
  }
}
