import type { CommandId } from '../commandIds.ts';
import type { Translate } from '../analysis/translate.ts';
import type { PlanAction } from '../../protocol/planPanelApi.ts';

/**
 * What can be done with a plan, as buttons of its panel. Each is a command that takes the plan's file; before it
 * runs, the file is saved.
 */
export function planActions(t: Translate): readonly PlanAction[] {
  const action = (command: CommandId, label: string): PlanAction => ({ command, label });
  return [
    action('eigenscope.applyPlan', t('Apply Plan...')),
    action('eigenscope.openPlanAsText', t('Open as Text')),
  ];
}
