import { reportFrame } from './reportFrame.mjs';

/** The panel in front once it shows the plan of that model and can change it. */
export async function shownPlan(page, model) {
  const frame = reportFrame(page);
  await frame.getByRole('heading', { level: 1 }).filter({ hasText: model }).waitFor();
  await frame.locator('input[type=range]:enabled').waitFor();
  return frame;
}
