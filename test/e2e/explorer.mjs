/** How long a menu may take to close after a click that it has heeded. */
const MENU_CLOSES_MS = 1_000;
/** How long an entry that can be clicked may take to be. */
const CLICK_MS = 3_000;
const LIMIT_MS = 30_000;

/** The row of a file in the explorer. */
export function explorerRow(page, name) {
  return page.locator('.explorer-folders-view .monaco-list-row').filter({ hasText: name });
}

export async function showView(page, label) {
  const action = page.locator(
    `.activitybar .action-item:has(.action-label[aria-label^="${label}"])`,
  );
  if (await action.evaluate((item) => item.classList.contains('checked'))) return;
  // A badge lies over the label.
  await action.click();
}

/** Right-clicks and waits for the menu; returns a locator of its entry of that label, which can open it anew. */
export async function openContextMenu(page, target, label) {
  const open = async () => {
    await target.click({ button: 'right' });
    await page.locator('.monaco-menu .action-label').first().waitFor();
  };
  await open();
  const entry = page.locator('.monaco-menu .action-label').getByText(label, { exact: true });
  return Object.assign(entry, { open });
}

/**
 * Clicks an entry of the open menu until the menu closes: in its first moments it ignores the mouse, so
 * that the click that opened it does not choose, and says nothing of when they are over. A menu that an
 * editor has closed by taking the focus is opened anew.
 */
export async function chooseEntry(page, entry) {
  const deadline = Date.now() + LIMIT_MS;
  const closed = () =>
    page.locator('.monaco-menu').waitFor({ state: 'detached', timeout: MENU_CLOSES_MS });
  for (let clicked = false; ;) {
    try {
      await entry.click({ timeout: CLICK_MS });
      clicked = true;
      return await closed();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      if ((await page.locator('.monaco-menu').count()) > 0) continue;
      if (clicked) return;
      await entry.open();
    }
  }
}

export async function closeMenu(page) {
  await page.keyboard.press('Escape');
  await page.locator('.monaco-menu').waitFor({ state: 'detached' });
}
