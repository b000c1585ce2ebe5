import type { Plan } from '../../src/core/plan/plan.ts';
import { visibleName } from '../../src/core/report/visibleName.ts';
import type { PlanFile } from '../../src/protocol/planPanelApi.ts';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { t } from '../ui/localise.ts';
import type { SourceState } from './planSource.ts';

export interface SourceBarProps {
  readonly file: PlanFile;
  /** What the document holds. */
  readonly plan: Plan;
  readonly source: SourceState;
  /** The model is another than the one that the plan was made for. */
  readonly isOther: boolean;
  readonly onLoad: () => void;
  readonly onCancel: () => void;
  readonly onPlanAgain: () => void;
  readonly onFindModel: () => void;
}

/** What keeps the plan from being changed, and what can be done about it; nothing where nothing does. */
export function SourceBar(props: SourceBarProps) {
  const { file, plan, source, isOther, onLoad, onCancel, onPlanAgain, onFindModel } = props;
  const name = visibleName(plan.model.file.split(/[\\/]/).at(-1) ?? plan.model.file);
  if (source.state === 'loading') {
    const { percent, line } = source.progress;
    const text = line === '' ? t('Reading {0}', name) : line;
    return (
      <div class="source-bar">
        <progress
          class="source-progress"
          max={100}
          value={percent}
          aria-label={t('Loading the spectra')}
        />
        <span class="source-text" role="status">
          {text}
        </span>
        <Button name={t('Cancel loading the spectra')} onClick={onCancel}>
          {t('Cancel')}
        </Button>
      </div>
    );
  }
  if (file.model.state === 'missing')
    return (
      <div class="source-bar">
        <Icon name="warning" />
        <span class="source-text" role="status">
          {t('{0} is not there. The figures are those of the file.', visibleName(file.model.place))}
        </span>
        <Button name={t('Choose the model of this plan')} onClick={onFindModel}>
          {t('Choose the Model...')}
        </Button>
      </div>
    );
  if (isOther)
    return (
      <div class="source-bar">
        <Icon name="warning" />
        <span class="source-text" role="status">
          {t(
            '{0} is another file than the one that this plan was made for, or was changed since.',
            name,
          )}
        </span>
        <Button name={t('Plan again for the model as it is now')} onClick={onPlanAgain}>
          {t('Plan Again')}
        </Button>
      </div>
    );
  if (source.state === 'loaded') return null;
  const failed =
    source.state === 'failed'
      ? source.message
      : file.model.state === 'unknown'
        ? file.model.reason
        : '';
  return (
    <div class="source-bar">
      <Icon name={failed === '' ? 'info' : 'error'} />
      <span class="source-text" role={failed === '' ? 'status' : 'alert'}>
        {failed === ''
          ? t(
              'The figures are those of the file. To change the plan, load the spectra of {0}.',
              name,
            )
          : failed}
      </span>
      <Button
        name={
          failed === ''
            ? t('Load the spectra, from the cache where they are there')
            : t('Try again to load the spectra')
        }
        appearance="primary"
        onClick={onLoad}
      >
        {failed === '' ? t('Load the Spectra') : t('Try Again')}
      </Button>
    </div>
  );
}
