import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ensureHost } from '../../scripts/e2eHost.mjs';
import { artifactPath, REPOSITORY, saveArtifact } from './artifacts.mjs';
import { makeProfile } from './profile.mjs';
import { fillSampleWorkspace } from './sampleWorkspace.mjs';
import { startServer } from './server.mjs';
import { openWorkbench } from './workbench.mjs';

const RUN_LIMIT_MS = 240_000;

/** What VS Code's own browser tests put into the address to run a bundle inside the extension host. */
function testPayload(server, testsPath) {
  const remote = `vscode-remote://${new URL(server.url).host}`;
  return encodeURIComponent(
    JSON.stringify([
      ['extensionDevelopmentPath', `${remote}${REPOSITORY}`],
      ['extensionTestsPath', `${remote}${testsPath}`],
      ['skipWelcome', 'true'],
    ]),
  );
}

/**
 * Runs the bundle's `run()` inside a real extension host, with the extension from the working tree in
 * development there. Resolves to its exit code and what the bundle wrote as JSON to the file that
 * EIGENSCOPE_TEST_RESULTS names: of Mocha the results of its tests.
 */
export async function runInExtensionHost(testsPath) {
  if (!existsSync(testsPath))
    throw new Error(`${testsPath} is not there: run node scripts/build.mjs first.`);
  const host = ensureHost();
  const profile = makeProfile();
  fillSampleWorkspace(profile.workspace);
  const results = artifactPath('extension-host', 'results.json');
  rmSync(results, { force: true });
  // Without the driver VS Code ignores the payload, and says nothing.
  const server = await startServer(host, profile, {
    args: ['--enable-smoke-test-driver'],
    env: { EIGENSCOPE_TEST_RESULTS: results },
  });
  let workbench;
  let limit;
  try {
    const exit = new Promise((resolve) => {
      limit = setTimeout(() => resolve(`no end after ${RUN_LIMIT_MS / 1000} s`), RUN_LIMIT_MS);
      const prepare = async (page) => {
        await page.exposeFunction('codeAutomationLog', () => undefined);
        await page.exposeFunction('codeAutomationExit', (code) => resolve(code));
      };
      workbench = openWorkbench(server, profile, {
        query: `&payload=${testPayload(server, testsPath)}`,
        prepare,
      });
    });
    const { page, log } = await workbench;
    const code = await exit;
    await page.screenshot({ path: artifactPath('extension-host', 'workbench.png') });
    saveArtifact(log.console.join('\n'), 'extension-host', 'browser-console.log');
    const written = existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : {};
    return { code, written, tests: written.tests ?? [], tail: log.console.slice(-20).join('\n') };
  } finally {
    clearTimeout(limit);
    await (await workbench)?.close();
    await server.stop();
    profile.remove();
  }
}
