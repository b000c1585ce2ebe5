import type { Report } from '../../src/core/report/report.ts';
import type { PanelModel } from './panelModel.ts';

/** What every tab is given. */
export interface TabProps {
  readonly report: Report;
  readonly model: PanelModel;
  readonly change: (part: Partial<PanelModel>) => void;
  /** Id of the layer that is shown; undefined where the report has none. */
  readonly selected: string | undefined;
  readonly onSelect: (id: string) => void;
  readonly onSave: (name: string, text: string) => void;
}
