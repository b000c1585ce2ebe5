import type { PlannedAction } from '../../src/core/plan/action.ts';
import type { PlanSettings } from '../../src/core/plan/planRequest.ts';
import type { PlanAxis, PlanWeight } from '../../src/core/plan/planWeight.ts';
import { largestUsefulRank } from '../../src/core/plan/rankCost.ts';
import { pruningRefusal } from '../../src/core/plan/sparsityPlanner.ts';

/** A way to treat one weight, with the figure that a person may set. */
export type ActionChoice =
  | { readonly action: 'keep' }
  /** `useful`: up to that rank the factors are smaller than the matrix. */
  | { readonly action: 'lowrank'; readonly full: number; readonly useful: number }
  /** Single values, any share of them; else one of the patterns. */
  | { readonly action: 'prune'; readonly patterns: readonly string[] }
  | {
      readonly action: 'quantize';
      readonly levels: readonly Extract<PlannedAction, { action: 'quantize' }>[];
    };

/** What a plan of that axis can do to a weight; keeping it comes first. */
export function actionChoices(
  weight: PlanWeight,
  axis: PlanAxis,
  { pattern }: Pick<PlanSettings, 'pattern'>,
): readonly ActionChoice[] {
  const { rows, cols, refused, values } = weight;
  const choices: ActionChoice[] = [{ action: 'keep' }];
  if ((axis === 'lowrank' || axis === 'mixed') && refused.lowrank === '')
    choices.push({
      action: 'lowrank',
      full: Math.min(rows, cols),
      useful: largestUsefulRank(rows, cols),
    });
  if (axis === 'sparsity' && pruningRefusal(weight, pattern) === '')
    choices.push({ action: 'prune', patterns: patternsOf(pattern) });
  const levels = values?.levels ?? [];
  if ((axis === 'bits' || axis === 'mixed') && refused.bits === '' && levels.length > 0)
    choices.push({
      action: 'quantize',
      levels: levels.map(({ bits, block }) => ({ action: 'quantize', bits, block })),
    });
  return choices;
}

/** Of every eight neighbours one stays at least, and one goes at least. */
function patternsOf(pattern: PlanSettings['pattern']): readonly string[] {
  switch (pattern) {
    case 'unstructured':
      return [];
    case '2:4':
      return ['2:4'];
    case 'n:8':
      return Array.from({ length: 7 }, (_, k) => `${7 - k}:8`);
  }
}

/** The zeros that a pattern N:M leaves, as a share. */
export function patternSparsity(pattern: string): number {
  const [kept, of] = pattern.split(':').map(Number) as [number, number];
  return 1 - kept / of;
}
