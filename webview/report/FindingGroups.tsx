import { useMemo, useState } from 'preact/hooks';
import type { FindingCode, Severity } from '../../src/core/diagnosis/finding.ts';
import type { Layer, Report, ReportFinding } from '../../src/core/report/report.ts';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { t } from '../ui/localise.ts';
import { Name } from '../ui/Name.tsx';
import { visibleName } from '../ui/visibleName.ts';
import { findingLabel, SEVERITIES, severityLabel } from './findingLabels.ts';

/** How many findings of a kind are shown before a person asks for more. */
const PORTION = 25;

interface Item {
  readonly finding: ReportFinding;
  /** Absent for a finding about the model as a whole. */
  readonly layer?: Layer;
}

interface Group {
  readonly code: FindingCode;
  readonly severity: Severity;
  readonly items: readonly Item[];
}

/** Findings of one kind and gravity together, the gravest kinds first, layers in the order of the graph. */
export function groupFindings(report: Report): Group[] {
  const all: Item[] = [
    ...report.findings.map((finding) => ({ finding })),
    ...report.layers.flatMap((layer) => layer.findings.map((finding) => ({ finding, layer }))),
  ];
  const groups = new Map<string, { code: FindingCode; severity: Severity; items: Item[] }>();
  for (const item of all) {
    const { code, severity } = item.finding;
    const group = groups.get(`${severity} ${code}`);
    if (group) group.items.push(item);
    else groups.set(`${severity} ${code}`, { code, severity, items: [item] });
  }
  return [...groups.values()].sort(
    (a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity),
  );
}

interface FindingGroupProps {
  readonly group: Group;
  readonly open: boolean;
  readonly selected: string | undefined;
  readonly onSelect: (id: string) => void;
}

function FindingGroup({ group, open, selected, onSelect }: FindingGroupProps) {
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
                <Name text={layer.name} />
                <span class="finding-text">{visibleName(finding.text)}</span>
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
            name={t('Show {0} more of: {1}', Math.min(PORTION, rest), findingLabel(group.code))}
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
        <FindingGroup
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
