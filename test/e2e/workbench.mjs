import { launchBrowser } from './browser.mjs';

const WORKBENCH_LIMIT_MS = 60_000;
const LOOPBACK = /^(127\.0\.0\.1|localhost)$/;

/** Reports violations from inside every frame, the webview's included, to the console that is read here. */
function reportViolations() {
  document.addEventListener('securitypolicyviolation', (event) => {
    console.error(
      `CSP-VIOLATION ${event.violatedDirective} ${event.blockedURI} in ${event.documentURI}`,
    );
  });
}

/**
 * What the browser says and asks for while it is open: `console` lines, `violations` of a content
 * security policy, and `outside`, the addresses asked for that are not on this machine (each refused).
 */
async function watch(context) {
  const log = { console: [], violations: [], outside: [] };
  context.on('console', (message) => {
    const line = `[${message.type()}] ${message.text()}`;
    log.console.push(line);
    if (/CSP-VIOLATION|Content Security Policy/i.test(line)) log.violations.push(line);
  });
  context.on('weberror', (error) => log.console.push(`[uncaught] ${error.error().stack}`));
  context.on('page', (page) =>
    page.on('websocket', (socket) => {
      if (!LOOPBACK.test(new URL(socket.url()).hostname)) log.outside.push(socket.url());
    }),
  );
  await context.addInitScript(reportViolations);
  await context.route(
    (url) => /^https?:$/.test(url.protocol) && !LOOPBACK.test(url.hostname),
    (route) => {
      log.outside.push(route.request().url());
      return route.abort();
    },
  );
  return log;
}

function workbenchShown(page) {
  return page.locator('.monaco-workbench .activitybar').waitFor({ timeout: WORKBENCH_LIMIT_MS });
}

/**
 * Loads the window anew and waits until the tab of that title is there: the workbench, its extension host and
 * the extension all start again, which on a busy machine takes far longer than anything a person clicks.
 */
export async function reloadWindow(page, title) {
  await page.reload({ waitUntil: 'domcontentloaded', timeout: WORKBENCH_LIMIT_MS });
  await workbenchShown(page);
  await page
    .locator('.tabs-container .tab')
    .filter({ hasText: title })
    .waitFor({ timeout: WORKBENCH_LIMIT_MS });
  await page.locator('iframe.webview.ready:visible').waitFor({ timeout: WORKBENCH_LIMIT_MS });
}

/**
 * Opens the workbench on the profile's workspace in a browser of its own and waits until it is there.
 * `query` is added to the address; `prepare(page)` runs before the address is opened.
 */
export async function openWorkbench(server, profile, { query = '', prepare } = {}) {
  const browser = await launchBrowser();
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
    colorScheme: 'dark',
  });
  const log = await watch(context);
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  await prepare?.(page);
  const folder = encodeURIComponent(profile.workspace);
  await page.goto(`${server.url}/?folder=${folder}${query}`, { waitUntil: 'domcontentloaded' });
  await workbenchShown(page);
  return { page, log, close: () => browser.close() };
}
