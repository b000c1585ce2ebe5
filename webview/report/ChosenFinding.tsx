import { useState } from 'preact/hooks';
import { ACCEPTANCE_FILE } from '../../src/core/report/acceptance.ts';
import { shortName, visibleName } from '../../src/core/report/visibleName.ts';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { t } from '../ui/localise.ts';
import { TextField } from '../ui/TextField.tsx';
import { findingLabel, severityLabel } from './findingLabels.ts';
import type { FindingRow } from './findingRows.ts';

export interface ChosenFindingProps {
  readonly row: FindingRow;
  /** Accepts it with that reason; absent where nothing can be accepted. */
  readonly onAccept?: (reason: string) => void;
}

/** One finding in full, and what can be done about it. */
export function ChosenFinding({ row, onAccept }: ChosenFindingProps) {
  const [reason, setReason] = useState('');
  const { finding, layer, accepted } = row;
  const acceptIt = (): void => {
    if (reason.trim() !== '') onAccept?.(reason.trim());
  };
  return (
    <section class="chosen-finding" aria-label={t('Chosen finding')}>
      <p class="chosen-text">
        <span role="img" aria-label={severityLabel(finding.severity)}>
          <Icon name={finding.severity} />
        </span>{' '}
        <strong>{findingLabel(finding.code)}</strong>{' '}
        <span class="muted">{layer ? shortName(layer.name) : t('the model')}</span>
        <br />
        {visibleName(finding.text)}
      </p>
      {accepted !== undefined && <p class="muted">{t('Accepted: {0}', visibleName(accepted))}</p>}
      {accepted === undefined && onAccept && (
        <div class="accept-form" role="group" aria-label={t('Accept this finding')}>
          <TextField
            name={t('Why it is accepted')}
            placeholder={t('Why it is accepted')}
            value={reason}
            onInput={setReason}
            onEnter={acceptIt}
          />
          <Button
            name={t('Accept and write the reason to {0}', ACCEPTANCE_FILE)}
            disabled={reason.trim() === ''}
            onClick={acceptIt}
          >
            {t('Accept')}
          </Button>
        </div>
      )}
    </section>
  );
}
