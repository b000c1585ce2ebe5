import type { PlannedAction } from '../../src/core/plan/action.ts';
import type { PlanMethod } from '../../src/core/plan/plan.ts';
import type { PlanAxis } from '../../src/core/plan/planWeight.ts';
import { t } from '../ui/localise.ts';

export function axisLabel(axis: PlanAxis): string {
  switch (axis) {
    case 'lowrank':
      return t('Low rank');
    case 'sparsity':
      return t('Sparsity');
    case 'bits':
      return t('Bits');
    case 'mixed':
      return t('Mixed');
  }
}

export function methodLabel(method: PlanMethod): string {
  switch (method) {
    case 'uniform':
      return t('Uniform');
    case 'energy':
      return t('Energy');
    case 'welore':
      return t('WeLore');
    case 'error-optimal':
      return t('Error-optimal');
    case 'alpha-linear':
      return t('Alpha, linear');
    case 'alpha-softmax':
      return t('Alpha, softmax');
    case 'search':
      return t('Search');
  }
}

/** What is done, without its figures. */
export function actionLabel(action: PlannedAction['action']): string {
  switch (action) {
    case 'keep':
      return t('Keep');
    case 'lowrank':
      return t('Low rank');
    case 'prune':
      return t('Prune');
    case 'quantize':
      return t('Quantize');
  }
}

/** What is done, in a few words: `rank 48`. */
export function actionText(action: PlannedAction): string {
  switch (action.action) {
    case 'keep':
      return t('kept');
    case 'lowrank':
      return t('rank {0}', action.rank);
    case 'prune':
      return action.pattern === 'unstructured'
        ? t('{0} % zeros', (100 * action.sparsity).toFixed(1))
        : t('{0} kept', action.pattern);
    case 'quantize':
      return levelText(action.bits, action.block);
  }
}

export function levelText(bits: number, block: number): string {
  return block === 0
    ? t('{0} bits, a scale a channel', bits)
    : t('{0} bits, blocks of {1}', bits, block);
}
