const INPUT = '.quick-input-widget .quick-input-box input';
const LIMIT_MS = 30_000;
const ATTEMPT_MS = 2_000;

/** The row of the open quick pick whose label is exactly that. */
export function quickPickRow(page, label) {
  return page
    .locator('.quick-input-list .monaco-list-row')
    .filter({ has: page.locator('.label-name').getByText(label, { exact: true }) })
    .first();
}

/**
 * Runs a command from the palette by its full label. The palette does not list commands of an extension
 * that registers while it is open, and closes when a panel takes the focus, so it is opened anew until
 * the label is there.
 */
export async function runCommand(page, label) {
  const deadline = Date.now() + LIMIT_MS;
  for (;;) {
    await page.keyboard.press('F1');
    try {
      await page.locator(INPUT).fill(`>${label}`, { timeout: ATTEMPT_MS });
      await quickPickRow(page, label).click({ timeout: ATTEMPT_MS });
      return;
    } catch (error) {
      if (Date.now() > deadline)
        throw new Error(`The command palette does not offer '${label}'.`, { cause: error });
      await page.keyboard.press('Escape');
    }
  }
}

/** Chooses a colour theme by its label, as a person does. */
export async function chooseTheme(page, label) {
  await runCommand(page, 'Preferences: Color Theme');
  await page.locator(INPUT).fill(label);
  await quickPickRow(page, label).click();
  await page.locator(INPUT).waitFor({ state: 'hidden' });
}

/** Opens a file of the workspace in an editor by its name. */
export async function openFile(page, name) {
  await page.keyboard.press('Control+P');
  await page.locator(INPUT).fill(name);
  await quickPickRow(page, name).click();
  await page.locator('.tabs-container .tab').filter({ hasText: name }).waitFor();
}
