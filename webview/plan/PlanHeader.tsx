import type { Plan } from '../../src/core/plan/plan.ts';
import { visibleName } from '../../src/core/report/visibleName.ts';
import type { PlanAction } from '../../src/protocol/planPanelApi.ts';
import { Button } from '../ui/Button.tsx';
import { t } from '../ui/localise.ts';
import { formatBytes, formatCount, formatShare, formatShortCount } from '../ui/quantities.ts';
import { errorText } from './errorText.ts';

export interface PlanHeaderProps {
  readonly plan: Plan;
  readonly actions: readonly PlanAction[];
  readonly onRun: (command: string) => void;
}

interface Fact {
  readonly label: string;
  readonly value: string;
  readonly detail: string;
}

function factsOf({ achieved, layers, objective }: Plan): readonly Fact[] {
  const { parameters, bytes, error } = achieved;
  const changed = layers.filter(({ action }) => action !== 'keep').length;
  const locked = layers.filter((layer) => layer.locked).length;
  const from = t('of the original');
  return [
    {
      label: t('Parameters'),
      value: `${formatShortCount(parameters[1])} (${formatShare(parameters[1], parameters[0])})`,
      detail: `${formatCount(parameters[1])}, ${formatShare(parameters[1], parameters[0])} ${from}`,
    },
    {
      label: t('Size'),
      value: `${formatBytes(bytes[1])} (${formatShare(bytes[1], bytes[0])})`,
      detail: `${formatCount(bytes[1])} B, ${formatShare(bytes[1], bytes[0])} ${from}`,
    },
    {
      label: t('Predicted error'),
      value: errorText(error),
      detail:
        objective.bound === null || objective.error === null
          ? t('Relative Frobenius error over the weights that may change')
          : t(
              'Relative Frobenius error over the weights that may change; its objective is {0}, and no plan for this target has less than {1}',
              objective.error.toPrecision(4),
              objective.bound.toPrecision(4),
            ),
    },
    {
      label: t('Changed'),
      value: t('{0} of {1}', changed, layers.length),
      detail: t('{0} of {1} weights', changed, layers.length),
    },
    ...(locked > 0
      ? [
          {
            label: t('Locked'),
            value: String(locked),
            detail: locked === 1 ? t('1 weight') : t('{0} weights', locked),
          },
        ]
      : []),
  ];
}

/** Which model is planned, and what the plan comes to. */
export function PlanHeader({ plan, actions, onRun }: PlanHeaderProps) {
  const name = visibleName(plan.model.file.split(/[\\/]/).at(-1) ?? plan.model.file);
  return (
    <header class="panel-header">
      <h1 title={name}>{t('Plan of {0}', name)}</h1>
      <div class="header-facts" role="status" aria-label={t('What the plan comes to')}>
        <dl class="facts">
          {factsOf(plan).map(({ label, value, detail }) => (
            <div key={label} title={detail}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </div>
      <div class="header-buttons">
        {actions.map(({ command, label }) => (
          <Button key={command} name={label} onClick={() => onRun(command)}>
            {label}
          </Button>
        ))}
      </div>
    </header>
  );
}
