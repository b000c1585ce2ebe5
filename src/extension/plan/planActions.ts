import type { PlanAction } from '../../protocol/planPanelApi.ts';
import type { Translate } from '../analysis/translate.ts';
import type { CommandId } from '../commandIds.ts';

/** What can be done with a plan, as a button of its panel: a command that takes the plan's file. */
export interface OfferedAction extends PlanAction {
  readonly command: CommandId;
  /** The command reads the file, which is saved first. */
  readonly readsFile: boolean;
}

/** The buttons of the panel, in their order. */
export function planActions(t: Translate): readonly OfferedAction[] {
  return [
    { command: 'eigenscope.applyPlan', label: t('Apply Plan...'), readsFile: true },
    { command: 'eigenscope.openPlanAsText', label: t('Open as Text'), readsFile: false },
  ];
}
