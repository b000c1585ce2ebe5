import type { PlanMethod } from '../../src/core/plan/plan.ts';
import type { PlanAxis } from '../../src/core/plan/planWeight.ts';
import { t } from '../ui/localise.ts';

/** What a line of the chart is called; an axis that has one method needs no name of it. */
export function lineLabel({
  axis,
  method,
}: {
  readonly axis: PlanAxis;
  readonly method: PlanMethod;
}): string {
  return axis === 'mixed' ? axisLabel(axis) : t('{0}, {1}', axisLabel(axis), methodLabel(method));
}

function axisLabel(axis: PlanAxis): string {
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

function methodLabel(method: PlanMethod): string {
  switch (method) {
    case 'uniform':
      return t('uniform');
    case 'energy':
      return t('energy');
    case 'welore':
      return t('WeLore');
    case 'error-optimal':
      return t('error-optimal');
    case 'alpha-linear':
      return t('alpha, linear');
    case 'alpha-softmax':
      return t('alpha, softmax');
    case 'search':
      return t('search');
  }
}
