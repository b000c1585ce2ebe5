import { useMemo, useState } from 'preact/hooks';
import type { Report } from '../../src/core/report/report.ts';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { t } from '../ui/localise.ts';
import { shortName, visibleName } from '../../src/core/report/visibleName.ts';
import { groupFindings, type FindingGroup } from './groupFindings.ts';
import { findingLabel, severityLabel } from './findingLabels.ts';
import { textUnderName } from './findingRows.ts';

/** How many findings of a kind are shown before a person asks for more. */
const PORTION = 25;

interface FindingsProps {
  readonly group: FindingGroup;
  readonly open: boolean;
  readonly selected: string | undefined;
  readonly onSelect: (id: string) => void;
}

function Findings({ group, open, selected, onSelect }: FindingsProps) {
  const [shown, setShown] = useState(PORTION);
  const rest = group.items.length - shown;
  return (
    <details class="finding-group" open={open}>
      <summary>
        <span role="img" aria-label={severityLabel(group.severity)}>
          <Icon name={group.severity} />
        </span>
        <h3>{findingLabel(group.code)}</h3>
        <span class="muted">{group.items.length}</span>
      </summary>
      <ul>
        {group.items.slice(0, shown).map(({ finding, layer }, index) => (
          <li key={index}>
            {layer ? (
              <button
                type="button"
                class="finding"
                aria-pressed={layer.id === selected}
                onClick={() => onSelect(layer.id)}
              >
                <span class="finding-name">{shortName(layer.name)}</span>
                <span class="finding-text">
                  {visibleName(textUnderName(finding.text, layer.name))}
                </span>
              </button>
            ) : (
              <div class="finding">
                <span class="finding-text">{visibleName(finding.text)}</span>
              </div>
            )}
          </li>
        ))}
      </ul>
      {rest > 0 && (
        <div class="more">
          <Button
            name={t(
              'Show {0} more of {1}: {2}',
              Math.min(PORTION, rest),
              rest,
              findingLabel(group.code),
            )}
            onClick={() => setShown(shown + PORTION)}
          >
            {t('Show {0} more of {1}', Math.min(PORTION, rest), rest)}
          </Button>
        </div>
      )}
    </details>
  );
}

export interface FindingGroupsProps {
  readonly report: Report;
  readonly selected: string | undefined;
  readonly onSelect: (id: string) => void;
}

/** Every finding of the report; a click shows the layer. */
export function FindingGroups({ report, selected, onSelect }: FindingGroupsProps) {
  const groups = useMemo(() => groupFindings(report), [report]);
  return (
    <section aria-label={t('Findings')}>
      <h2>{t('Findings')}</h2>
      {groups.length === 0 && <p class="notice">{t('Nothing was found.')}</p>}
      {groups.map((group) => (
        <Findings
          key={`${group.severity} ${group.code}`}
          group={group}
          open={group.severity !== 'info' || groups.length <= 3}
          selected={selected}
          onSelect={onSelect}
        />
      ))}
    </section>
  );
}
