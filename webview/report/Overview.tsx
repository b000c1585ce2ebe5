import { t } from '../ui/localise.ts';
import { Distributions } from './Distributions.tsx';
import { FindingGroups } from './FindingGroups.tsx';
import { modelLine } from './modelLine.ts';
import type { TabProps } from './tabProps.ts';

/** What was found, and how the main figures are distributed. */
export function Overview({ report, selected, onSelect }: TabProps) {
  return (
    <div class="scroll">
      <p class="model-line">{modelLine(report)}</p>
      {report.layers.length === 0 && (
        <p class="notice">
          {t(
            'This model has no weights that can be analyzed. Every tensor of the file is listed under Skipped, with its reason.',
          )}
        </p>
      )}
      <FindingGroups report={report} selected={selected} onSelect={onSelect} />
      {report.layers.length > 0 && <Distributions report={report} />}
    </div>
  );
}
