import { panelPages } from '../e2e/panelPages.mjs';
import { recordingPlanHost } from '../e2e/recordingPlanHost.mjs';

/** Of a large network; the slider's promise is made for as many. */
const LAYERS = 300;
const MOVES = 20;

/** Runs in the page: moves the slider from step to step, and resolves to the milliseconds to each new picture. */
async function slide(moves) {
  const input = document.querySelector('input[type=range]');
  const facts = document.querySelector('[role=status]');
  const { set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value');
  const painted = () =>
    new Promise((resolve) => {
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve();
        port2.postMessage(null);
      });
    });
  const times = [];
  for (let move = 1; move <= moves; move++) {
    const before = facts.textContent;
    const started = performance.now();
    set.call(input, String(0.75 - 0.02 * move));
    input.dispatchEvent(new Event('input', { bubbles: true }));
    // A turn of the event loop later the page is drawn anew; the figures must be others by then.
    while (facts.textContent === before) await painted();
    await painted();
    times.push(performance.now() - started);
  }
  return times;
}

/**
 * Milliseconds from a move of the plan panel's slider to the picture with the new figures, of a model of 300
 * layers: for each kind of target the median move and the longest, by turns as often as asked.
 */
export async function planSlides(repeats) {
  const pages = await panelPages();
  try {
    const source = pages.samplePlanSource(LAYERS);
    const found = [];
    for (let k = 0; k < repeats; k++) found.push(await moves(pages, source));
    return found;
  } finally {
    await pages.close();
  }
}

async function moves(pages, source) {
  const handlers = recordingPlanHost(pages.samplePlanFile(pages.samplePlan(source)), source);
  const { page, offences } = await pages.hosted(handlers, { panel: 'plan' });
  try {
    await page.locator('input[type=range]:enabled').waitFor();
    // The chart of all methods is worked out first: it takes its time when nothing moves.
    await page.getByRole('button', { name: 'WeLore' }).waitFor();
    const times = (await page.evaluate(slide, MOVES)).sort((a, b) => a - b);
    if (offences.length > 0) throw new Error(offences.join('\n'));
    return { median: times[Math.floor(times.length / 2)], longest: times.at(-1) };
  } finally {
    await page.context().close();
  }
}
