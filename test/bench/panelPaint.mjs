import { quickPickRow, runCommand } from '../e2e/palette.mjs';
import { reportElement, shownReport } from '../e2e/reportFrame.mjs';

/** Prepares the page of a workbench for `panelPaint`: it notes when the mouse was last let go. */
export async function watchClicks(page) {
  await page.evaluate(() => {
    const note = () => (globalThis.clickedAt = performance.timeOrigin + performance.now());
    addEventListener('mouseup', note, { capture: true });
  });
}

/** Runs in the panel: when it first painted anything, and the largest of its texts. */
async function paintTimes() {
  const entries = await new Promise((resolve) => {
    new PerformanceObserver((list, observer) => {
      observer.disconnect();
      resolve(list.getEntries());
    }).observe({ type: 'largest-contentful-paint', buffered: true });
  });
  const [first] = performance.getEntriesByName('first-contentful-paint');
  const { timeOrigin } = performance;
  return {
    first: timeOrigin + first.startTime,
    report: timeOrigin + entries.at(-1).startTime,
  };
}

/**
 * Opens the kept report of the model by a click in the palette's list. Resolves to the milliseconds from the
 * click to the first paint of the panel, and to that of its largest text, which is the report's.
 */
export async function panelPaint(page, model) {
  await runCommand(page, 'View: Close All Editors');
  await runCommand(page, 'Eigenscope: Show Report');
  await quickPickRow(page, model).click();
  await shownReport(page, model);
  const { first, report } = await (await reportElement(page)).evaluate(paintTimes);
  const clicked = await page.evaluate(() => globalThis.clickedAt);
  return { first: first - clicked, report: report - clicked };
}
