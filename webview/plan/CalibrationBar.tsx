import type { PlanCalibration } from '../../src/core/plan/plan.ts';
import { visibleName } from '../../src/core/report/visibleName.ts';
import { Button } from '../ui/Button.tsx';
import { t } from '../ui/localise.ts';

export interface CalibrationBarProps {
  readonly calibration: PlanCalibration | undefined;
  readonly disabled: boolean;
  readonly onChoose: () => void;
  readonly onWeights: () => void;
}

/** What the plan's errors are of, and the way to other inputs. */
export function CalibrationBar(props: CalibrationBarProps) {
  const { calibration, disabled, onChoose, onWeights } = props;
  return (
    <div class="source-bar plan-inputs" role="group" aria-label={t('What errors are measured on')}>
      <span class="source-text">
        {calibration ? inputsText(calibration) : t('Errors are those of the weights alone.')}
      </span>
      <Button
        name={t('Choose calibration inputs, on which the model is run')}
        disabled={disabled}
        onClick={onChoose}
      >
        {t('Calibration Inputs...')}
      </Button>
      {calibration && (
        <Button
          name={t('Plan by the weights alone, without inputs')}
          disabled={disabled}
          onClick={onWeights}
        >
          {t('Weights Alone')}
        </Button>
      )}
    </div>
  );
}

function inputsText({ kind, sources, samples }: PlanCalibration): string {
  const names = sources.map((source) => visibleName(source.split(/[\\/]/).at(-1) ?? source));
  if (kind === 'seeded')
    return samples === 1
      ? t('Errors are those of outputs on 1 sample of seeded noise, which is weak evidence.')
      : t(
          'Errors are those of outputs on {0} samples of seeded noise, which is weak evidence.',
          samples,
        );
  return samples === 1
    ? t('Errors are those of outputs on 1 sample of {0}.', names.join(', '))
    : t('Errors are those of outputs on {0} samples of {1}.', samples, names.join(', '));
}
