import { runCommand, quickPickRow } from '../e2e/palette.mjs';
import { reportElement, shownReport } from '../e2e/reportFrame.mjs';

/** In every page and frame: when the mouse was last let go, and when a report was first painted. */
function watchTimes() {
  const now = () => performance.timeOrigin + performance.now();
  addEventListener('mouseup', () => (globalThis.clickedAt = now()), { capture: true });
  const observer = new MutationObserver(() => {
    if (!document.querySelector('h1') || !document.querySelector('canvas')) return;
    observer.disconnect();
    // Painted after the frame in which it is laid out.
    requestAnimationFrame(() => requestAnimationFrame(() => (globalThis.reportAt = now())));
  });
  observer.observe(document, { childList: true, subtree: true });
}

/** Prepares the page of a workbench for `panelPaint`. */
export async function watchPaint(page) {
  await page.addInitScript(watchTimes);
  await page.evaluate(watchTimes);
}

/**
 * Opens the kept report of the model by a click in the palette's list. Resolves to the milliseconds from the
 * click to the first paint of the panel, and to that of its report with its chart.
 */
export async function panelPaint(page, model) {
  await runCommand(page, 'View: Close All Editors');
  await runCommand(page, 'Eigenscope: Show Report');
  await quickPickRow(page, model).click();
  await shownReport(page, model);
  const frame = await reportElement(page);
  await frame.waitForFunction(() => globalThis.reportAt !== undefined);
  const { first, report } = await frame.evaluate(() => ({
    first:
      performance.timeOrigin + performance.getEntriesByName('first-contentful-paint')[0].startTime,
    report: globalThis.reportAt,
  }));
  const clicked = await page.evaluate(() => globalThis.clickedAt);
  return { first: first - clicked, report: report - clicked };
}
