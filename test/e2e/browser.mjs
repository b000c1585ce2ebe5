import { chromium } from 'playwright-core';
import { ensureBrowser } from '../../scripts/e2eHost.mjs';

const ARGS = [
  // Containers and many ordinary users have no user namespaces for Chromium's sandbox; every page is ours.
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--font-render-hinting=none',
];

/**
 * A headless Chromium, driven by Playwright: the system's, or the one packed in the test host, which is
 * installed first where it is not there. Throws an Error that says what is missing.
 */
export async function launchBrowser() {
  const { executablePath, env } = ensureBrowser();
  return chromium.launch({
    executablePath,
    headless: true,
    args: ARGS,
    env: { ...process.env, ...env },
  });
}
