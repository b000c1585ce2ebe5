import type { PlannedAction } from './action.ts';
import type { ActionChoice } from './axisPlanner.ts';
import { plannerOf } from './axisPlanners.ts';
import { checkRequest, METHODS_OF, type PlanRequest, type PlanSettings } from './planRequest.ts';
import type { PlanMethod } from './plan.ts';
import { TargetError, type PlanTarget } from './planTarget.ts';
import { actionTotals, plannable, type PlanModel } from './planTotals.ts';
import { PLAN_AXES, type PlanAxis, type PlanWeight } from './planWeight.ts';
import { budgetOf } from './targetBudget.ts';

/** One line of the chart: an axis and a method of it. */
export interface FrontierLine {
  readonly axis: PlanAxis;
  readonly method: PlanMethod;
}

export interface FrontierRequest {
  readonly lines: readonly FrontierLine[];
  /** Targets on each line, 1 to `MOST_POINTS`. */
  readonly points: number;
  readonly settings: PlanSettings;
  readonly seed: number;
  /** Of drafts, which are there at once and whose errors may be a trifle above those of the plans. */
  readonly draft?: boolean;
}

/**
 * What size is: bytes of all files; of an axis that sets values to zero, which shrinks no file, the number of
 * values that are not zero.
 */
export type SizeUnit = 'bytes' | 'parameters';

/** What one plan comes to. Of a target that cannot be met there are no figures. */
export interface FrontierPoint {
  readonly axis: PlanAxis;
  readonly method: PlanMethod;
  readonly target: PlanTarget;
  readonly reachable: boolean;
  /** Of the whole model, after the plan. */
  readonly parameters: number | null;
  readonly bytes: number | null;
  /** Predicted, as `achieved.error` of the plan has it. */
  readonly error: number | null;
  /** No other point whose size is counted alike is as small with as little error, and better in one of the two. */
  readonly best: boolean;
}

export interface FrontierSeries extends FrontierLine {
  readonly unit: SizeUnit;
  /** Why there is nothing to be planned; '' where there is. */
  readonly reason: string;
  /** By falling size. */
  readonly points: readonly FrontierPoint[];
}

/** More points than can be told apart in a chart. */
export const MOST_POINTS = 200;

export const DEFAULT_POINTS = 12;

/** The smallest size, as a share of the whole, that is worth a look: below it nothing of a model is left. */
const SMALLEST_SHARE = 1 / 32;

/** Every method of every axis, or of those given. */
export function frontierLines(axes: readonly PlanAxis[] = PLAN_AXES): readonly FrontierLine[] {
  return axes.flatMap((axis) => METHODS_OF[axis].map((method) => ({ axis, method })));
}

/** How the size of an axis is counted. */
export function sizeUnit(axis: PlanAxis): SizeUnit {
  return axis === 'sparsity' ? 'parameters' : 'bytes';
}

/**
 * Predicted error against size for several methods: of each the plans for the same shares of the model's
 * size, geometrically spaced from just below 1 down to the least that any of them can reach. Along a line more
 * size never has more error. Locked weights keep their actions. Every point is what `makePlan` gives for its
 * target, or a smaller plan that has less error.
 *
 * @param weights all weights of the model, in graph order
 * @throws TargetError for a method or setting that makes no sense; ActionError for a locked action that its
 *   weight cannot take.
 */
export function frontier(
  model: PlanModel,
  weights: readonly PlanWeight[],
  { lines, points, settings, seed, draft = false }: FrontierRequest,
): readonly FrontierSeries[] {
  if (!Number.isInteger(points) || points < 1 || points > MOST_POINTS)
    throw new TargetError(
      `A line has from 1 to ${MOST_POINTS} points, and ${points} were asked for.`,
    );
  const prepared = lines.map((line) =>
    preparedLine(model, weights, line, { settings, seed, draft }),
  );
  const sharesOf = (unit: SizeUnit): readonly number[] =>
    spacedShares(
      prepared.flatMap((each) => (each.unit === unit && each.reason === '' ? [each.least] : [])),
      points,
    );
  const shares = { bytes: sharesOf('bytes'), parameters: sharesOf('parameters') };
  const series = prepared.map((line) => lineSeries(line, shares[line.unit]));
  return marked(series);
}

interface PreparedLine extends FrontierLine {
  readonly unit: SizeUnit;
  readonly reason: string;
  /** The least share of the size that can be reached. */
  readonly least: number;
  readonly choiceAt: (target: PlanTarget) => ActionChoice | undefined;
  readonly totals: (actions: readonly PlannedAction[]) => Figures;
}

interface Figures {
  readonly parameters: number;
  readonly bytes: number;
  readonly error: number;
}

function preparedLine(
  model: PlanModel,
  weights: readonly PlanWeight[],
  { axis, method }: FrontierLine,
  { settings, seed, draft }: Pick<FrontierRequest, 'settings' | 'seed' | 'draft'>,
): PreparedLine {
  const unit = sizeUnit(axis);
  const request: PlanRequest = { axis, method, target: { kind: unit, value: 1 }, settings, seed };
  checkRequest(request);
  const may = plannable(weights, axis, settings.pattern);
  const planner = plannerOf(weights, request);
  const exchange = (target: PlanTarget) => budgetOf(target, model, weights, may, planner.unit);
  return {
    axis,
    method,
    unit,
    reason: may.includes(true) ? '' : nothing(weights, axis),
    least: exchange(request.target).value(planner.least),
    choiceAt: (target) => planner.within(exchange(target).budget, draft),
    totals: (actions) => {
      const { parameters, bytes, error } = actionTotals(model, weights, actions, axis, settings);
      return { parameters: parameters[1], bytes: bytes[1], error: error ?? 0 };
    },
  };
}

function nothing(weights: readonly PlanWeight[], axis: PlanAxis): string {
  const [first] = weights;
  return first
    ? `no weight may be changed; of ${first.name}: ${first.refused[axis]}`
    : 'the model has no weights';
}

/** Falling; the last one is the least that can be reached, rounded up so that it can. */
function spacedShares(reached: readonly number[], points: number): readonly number[] {
  const least = reached.reduce((a, b) => Math.min(a, b), 1);
  const last = Math.min(1, Math.ceil(1e4 * Math.max(least, SMALLEST_SHARE) - 1e-6) / 1e4);
  return Array.from({ length: points }, (_, k) => last ** ((k + 1) / points));
}

function lineSeries(line: PreparedLine, shares: readonly number[]): FrontierSeries {
  const { axis, method, unit, reason } = line;
  let best: Figures | undefined;
  const points = [...shares].reverse().map((value): FrontierPoint => {
    const target: PlanTarget = { kind: unit, value };
    const choice = reason === '' ? line.choiceAt(target) : undefined;
    const found = choice && line.totals(choice.actions);
    if (found && (!best || found.error <= best.error)) best = found;
    const { parameters = null, bytes = null, error = null } = best ?? {};
    return {
      axis,
      method,
      target,
      reachable: best !== undefined,
      parameters,
      bytes,
      error,
      best: false,
    };
  });
  return { axis, method, unit, reason, points: points.reverse() };
}

/** With the points marked that no other betters, among those whose size is counted alike. */
function marked(series: readonly FrontierSeries[]): readonly FrontierSeries[] {
  const best = new Set(
    (['bytes', 'parameters'] as const).flatMap((unit) =>
      undominated(
        series.filter((line) => line.unit === unit).flatMap(({ points }) => points),
        unit,
      ),
    ),
  );
  return series.map((line) => ({
    ...line,
    points: line.points.map((point) => ({ ...point, best: best.has(point) })),
  }));
}

function undominated(points: readonly FrontierPoint[], unit: SizeUnit): readonly FrontierPoint[] {
  const sorted = points
    .flatMap((point) => {
      const [size, error] = [point[unit], point.error];
      return size === null || error === null ? [] : [{ point, size, error }];
    })
    .sort((a, b) => a.size - b.size || a.error - b.error);
  const kept: typeof sorted = [];
  for (const each of sorted) {
    const last = kept.at(-1);
    const isTwin = last?.size === each.size && last.error === each.error;
    if (!last || each.error < last.error || isTwin) kept.push(each);
  }
  return kept.map(({ point }) => point);
}
