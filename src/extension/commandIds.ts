/** Every command of the extension; package.json contributes exactly these. */
export const COMMAND_IDS = [
  'eigenscope.analyze',
  'eigenscope.analyzeActive',
  'eigenscope.cancel',
  'eigenscope.showReport',
  'eigenscope.openReport',
  'eigenscope.refresh',
  'eigenscope.revealLayer',
  'eigenscope.selectDevice',
  'eigenscope.selfTest',
  'eigenscope.planCompression',
  'eigenscope.openPlan',
  'eigenscope.openPlanAsText',
  'eigenscope.applyPlan',
  'eigenscope.verify',
] as const;

export type CommandId = (typeof COMMAND_IDS)[number];

export const CHECKPOINTS_VIEW = 'eigenscope.checkpoints';
export const REPORT_VIEW_TYPE = 'eigenscope.report';
export const PLAN_VIEW_TYPE = 'eigenscope.plan';
export const VERIFICATION_VIEW_TYPE = 'eigenscope.verification';
