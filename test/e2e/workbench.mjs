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

/**
 * Opens the workbench on the profile's workspace in a browser of its own and waits until it is there.
 * `query` is added to the address; `prepare(page)` runs before the address is opened. `reopen()` closes the
 * window and resolves to the page of a new one, which knows what the browser had stored by then.
 */
export async function openWorkbench(server, profile, { query = '', prepare } = {}) {
  const browser = await launchBrowser();
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
    colorScheme: 'dark',
  });
  const log = await watch(context);
  const folder = encodeURIComponent(profile.workspace);
  const open = async () => {
    const opened = await context.newPage();
    opened.setDefaultTimeout(30_000);
    await prepare?.(opened);
    await opened.goto(`${server.url}/?folder=${folder}${query}`, { waitUntil: 'domcontentloaded' });
    await opened.locator('.monaco-workbench .activitybar').waitFor({ timeout: WORKBENCH_LIMIT_MS });
    return opened;
  };
  let page = await open();
  // Without its unload handlers: in them VS Code writes its state once more while it takes its parts down.
  const reopen = async () => {
    await page.close({ runBeforeUnload: false });
    page = await open();
    return page;
  };
  return { page, log, reopen, close: () => browser.close() };
}
