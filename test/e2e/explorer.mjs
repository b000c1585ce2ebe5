/** Menus ignore the mouse in their first moments, so that the click that opened them does not choose. */
const MENU_SETTLES_MS = 300;

/** The row of a file in the explorer. */
export function explorerRow(page, name) {
  return page.locator('.explorer-folders-view .monaco-list-row').filter({ hasText: name });
}

export async function showView(page, label) {
  const action = page.locator(
    `.activitybar .action-item:has(.action-label[aria-label^="${label}"])`,
  );
  if (await action.evaluate((item) => item.classList.contains('checked'))) return;
  await action.locator('.action-label').click();
}

/** Right-clicks and waits for the menu; returns a locator of its entry of that label. */
export async function openContextMenu(page, target, label) {
  await target.click({ button: 'right' });
  await page.locator('.monaco-menu .action-label').first().waitFor();
  await page.waitForTimeout(MENU_SETTLES_MS);
  return page.locator('.monaco-menu .action-label').getByText(label, { exact: true });
}

export async function closeMenu(page) {
  await page.keyboard.press('Escape');
  await page.locator('.monaco-menu').waitFor({ state: 'detached' });
}
