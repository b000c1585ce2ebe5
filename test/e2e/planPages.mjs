import { THEMES } from '../fixtures/themes.mjs';
import { onPage, panelPages } from './panelPages.mjs';
import { recordingPlanHost } from './recordingPlanHost.mjs';

/** What the panel is told of a file whose text is no plan. */
export const FAULT = {
  kind: 'fault',
  message: 'sample.eigenplan.json: at layers.3.rank: 0 is no rank.',
  line: 42,
};

/** The pages of the panels with a plan of 40 layers; `onPlan` opens the plan panel on it, or on `file`. */
export async function planPages() {
  const pages = await panelPages();
  const source = pages.samplePlanSource(40);
  const plan = pages.samplePlan(source);
  return {
    pages,
    source,
    plan,
    /** `steps` also gets what the host has recorded. */
    onPlan: async ({ file, overrides, theme = THEMES.dark, ...options }, steps) => {
      const handlers = recordingPlanHost(file ?? pages.samplePlanFile(plan), source, overrides);
      const opened = pages.hosted(handlers, { panel: 'plan', theme, ...options });
      await onPage(opened, (page, session) => steps(page, { ...session, handlers }));
    },
  };
}
