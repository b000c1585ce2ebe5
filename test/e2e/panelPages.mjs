import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { buildWebview } from '../../scripts/buildWebview.mjs';
import { applyTheme } from '../fixtures/themes.mjs';
import { REPOSITORY } from './artifacts.mjs';
import { launchBrowser } from './browser.mjs';

const SOURCES = `
  export * from './test/fixtures/sampleReport.ts';
  export * from './test/fixtures/samplePlan.ts';
  export * from './test/fixtures/sampleVerification.ts';
  export { reportHtml, verificationHtml } from './src/core/report/html.ts';
  export { frontierHtml } from './src/core/plan/frontierHtml.ts';
  export { sampleFrontier } from './test/fixtures/sampleFrontier.ts';
  export { panelHtml } from './src/extension/panels/panelHtml.ts';
  export { connect } from './src/protocol/rpc.ts';
`;

async function productModules(folder) {
  const outfile = path.join(folder, 'product.mjs');
  await esbuild.build({
    stdin: { contents: SOURCES, resolveDir: REPOSITORY },
    bundle: true,
    format: 'esm',
    platform: 'node',
    outfile,
    logLevel: 'error',
  });
  return import(pathToFileURL(outfile).href);
}

const hashOf = (text) => `sha256-${createHash('sha256').update(text).digest('base64')}`;

/** Everything a page may not do, as it happens: violations of its policy, errors, requests, dialogs. */
async function watch(context, page) {
  const offences = [];
  await context.exposeFunction('reportOffence', (text) => offences.push(text));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) =>
      globalThis.reportOffence(`policy: ${event.violatedDirective} ${event.blockedURI}`),
    );
  });
  page.on('pageerror', (error) => offences.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // The tests themselves read the canvas back, and Chromium has advice on that.
    const own = message.text().includes('Multiple readback operations');
    if (!own && (message.type() === 'error' || message.type() === 'warning'))
      offences.push(`console: ${message.text()}`);
  });
  page.on('dialog', (dialog) => {
    offences.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  context.on('request', (request) => {
    if (!/^(file|blob|data):/.test(request.url())) offences.push(`request: ${request.url()}`);
  });
  return offences;
}

/** Opens a page, hands it to the steps, and holds it to account for what it did. */
export async function onPage(open, steps) {
  const session = await open;
  try {
    await steps(session.page, session);
    assert.deepEqual(session.offences, []);
  } finally {
    await session.page.context().close();
  }
}

/** Builds the panel once, and opens it in a real browser in any theme, as a file or beside an extension. */
export async function panelPages() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'eigenscope-panel-'));
  await buildWebview(folder);
  const product = await productModules(folder);
  const browser = await launchBrowser();
  const asset = (name) => readFileSync(path.join(folder, name), 'utf8');
  let files = 0;

  async function newPage(
    html,
    { width = 1300, height = 860, colorScheme = 'light' } = {},
    prepare,
  ) {
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme,
      reducedMotion: 'reduce',
      acceptDownloads: true,
    });
    const page = await context.newPage();
    const offences = await watch(context, page);
    await prepare?.(page);
    const file = path.join(folder, `page-${files++}.html`);
    writeFileSync(file, html);
    await page.goto(pathToFileURL(file).href);
    await page.locator('.panel').waitFor();
    return { page, offences };
  }

  /** A page that is one file: with the themes it brings, or, given one, in a theme of VS Code. */
  async function oneFile(html, data, { panel, name }, { theme, ...options }) {
    const script = asset(`${name}.js`);
    const style = asset(theme ? `${panel}.css` : `${name}.css`);
    const assets = { script, style, scriptHash: hashOf(script), styleHash: hashOf(style) };
    const opened = await newPage(html(data, assets), options);
    if (theme) await applyTheme(opened.page, theme);
    return opened;
  }

  function standalone(report, options = {}) {
    const files = { panel: 'report', name: 'standalone' };
    return oneFile(product.reportHtml, report, files, options);
  }

  function standaloneVerification(verification, options = {}) {
    const files = { panel: 'verification', name: 'standaloneVerification' };
    return oneFile(product.verificationHtml, verification, files, options);
  }

  /** The page of a frontier, in the themes that it brings or in one of VS Code. */
  function frontierPage(report, options = {}) {
    // It has no place in the editor, and so no style without themes of its own.
    const files = { panel: 'frontier', name: 'frontier' };
    return oneFile(product.frontierHtml, report, files, options);
  }

  /** The page the extension makes, with the extension's end of the connection in this process. */
  async function hosted(handlers, { panel = 'report', messages = {}, theme, ...options } = {}) {
    const html = product.panelHtml({
      title: 'Spectrum',
      language: 'en',
      script: pathToFileURL(path.join(folder, `${panel}.js`)).href,
      style: pathToFileURL(path.join(folder, `${panel}.css`)).href,
      cspSource: 'file:',
      nonce: 'bm9uY2U',
      restore: 'file:///model.onnx',
      messages,
    });
    let state;
    let connection;
    const opened = await newPage(html, options, async (page) => {
      let receive = () => undefined;
      const post = (message) => page.evaluate((data) => window.postMessage(data, '*'), message);
      connection = product.connect(
        {
          post: (message) => void post(message).catch(() => undefined),
          onMessage: (listener) => {
            receive = listener;
            return () => undefined;
          },
        },
        handlers,
      );
      await page.exposeFunction('hostReceives', (message) => receive(message));
      await page.exposeFunction('hostKeeps', (kept) => {
        state = kept;
      });
      await page.addInitScript(() => {
        globalThis.acquireVsCodeApi = () => ({
          postMessage: (message) => void globalThis.hostReceives(message),
          getState: () => undefined,
          setState: (kept) => void globalThis.hostKeeps(kept),
        });
      });
    });
    if (theme) await applyTheme(opened.page, theme);
    return { ...opened, view: connection.remote, state: () => state };
  }

  return {
    ...product,
    standalone,
    standaloneVerification,
    frontierPage,
    hosted,
    async close() {
      await browser.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
