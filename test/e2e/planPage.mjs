import assert from 'node:assert/strict';

export const slider = (page) => page.getByRole('slider');
export const facts = (page) => page.getByRole('status', { name: 'What the plan comes to' });
export const grid = (page) => page.getByRole('grid', { name: 'Layers' });
export const form = (page) => page.getByRole('region', { name: 'Chosen layer' });
export const chart = (page) => page.getByRole('figure', { name: /^Predicted error against size/ });

export const loaded = (page) => page.locator('input[type=range]:enabled').waitFor();

export async function choose(page, name, option) {
  await page.getByRole('combobox', { name, exact: true }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

/** Waits until the host has been given so many plans; the last of them. */
export async function written(handlers, count) {
  for (let turn = 0; handlers.written.length < count; turn++) {
    assert.ok(turn < 400, `${handlers.written.length} plans were written, not ${count}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  assert.equal(handlers.written.length, count);
  return handlers.written.at(-1);
}

export async function chartDrawn(page) {
  // The last method of the axis has its place in the legend when all have.
  await chart(page).getByRole('button', { name: 'WeLore' }).waitFor();
}
