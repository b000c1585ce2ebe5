import type { PlanLayer } from './plan.ts';

/** What a plan does to one weight. */
export type PlannedAction =
  | { readonly action: 'keep' }
  | { readonly action: 'lowrank'; readonly rank: number }
  | { readonly action: 'prune'; readonly sparsity: number; readonly pattern: string }
  | { readonly action: 'quantize'; readonly bits: QuantBits; readonly block: number };

export type QuantBits = 2 | 4 | 8;

export const KEEP: PlannedAction = { action: 'keep' };

/** The action of a plan's layer, without its figures. */
export function actionOf(layer: PlanLayer): PlannedAction {
  switch (layer.action) {
    case 'keep':
      return KEEP;
    case 'lowrank':
      return { action: 'lowrank', rank: layer.rank };
    case 'prune':
      return { action: 'prune', sparsity: layer.sparsity, pattern: layer.pattern };
    case 'quantize':
      return { action: 'quantize', bits: layer.bits, block: layer.block };
  }
}
