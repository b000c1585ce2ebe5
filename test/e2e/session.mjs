import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { ensureHost } from '../../scripts/e2eHost.mjs';
import { packageVsix } from '../../scripts/package.mjs';
import { artifactPath, saveArtifact } from './artifacts.mjs';
import { watchSockets } from './processGroup.mjs';
import { makeProfile } from './profile.mjs';
import { fillSampleWorkspace } from './sampleWorkspace.mjs';
import { installExtension, startServer } from './server.mjs';
import { openWorkbench } from './workbench.mjs';

const EXTENSION = 'eigenscope.eigenscope';

/**
 * A workbench with the extension, packed from what is built in dist, in a throw-away profile on the sample workspace. `fill(folder)`
 * adds files to the workspace before it is opened; `platform` is that of the package, the universal one where absent. `close` ends it all and keeps what was said.
 */
export async function startSession(name, { settings = {}, fill, platform } = {}) {
  const host = ensureHost();
  const profile = makeProfile(settings);
  let server;
  let sockets;
  let workbench;
  const close = async () => {
    sockets?.stop();
    if (workbench) saveArtifact(workbench.log.console.join('\n'), name, 'browser-console.log');
    if (server) saveArtifact(server.output(), name, 'server.log');
    await workbench?.close();
    await server?.stop();
    profile.remove();
  };
  try {
    fillSampleWorkspace(profile.workspace);
    await fill?.(profile.workspace);
    installExtension(host, profile, await packed(profile, platform));
    server = await startServer(host, profile);
    sockets = watchSockets(server.pid);
    workbench = await openWorkbench(server, profile);
    await extensionKnown(workbench.page);
  } catch (error) {
    await close();
    throw error;
  }
  const { log } = workbench;
  let { page } = workbench;
  return {
    page,
    log,
    server,
    sockets,
    profile,
    file: (fileName) => path.join(profile.workspace, fileName),
    // Menus fade in: with animations ended the picture is of what a person comes to see.
    screenshot: (shot) =>
      page.screenshot({ path: artifactPath(name, `${shot}.png`), animations: 'disabled' }),
    /** The page of a new window after the old one was closed. */
    reopen: async () => {
      page = await workbench.reopen();
      await extensionKnown(page);
      return page;
    },
    reports: () => keptReports(profile),
    close,
  };
}

/** The package: of a run of many files the one that was made for all of them. */
async function packed(profile, platform) {
  const made = process.env.EIGENSCOPE_VSIX;
  if (made && platform === undefined) return made;
  return (await packageVsix(profile.root, platform)).path;
}

/** The workbench is there before it knows what its extensions add to menus and views. */
function extensionKnown(page) {
  return page.locator('.activitybar .action-label[aria-label^="Eigenscope"]').waitFor();
}

/** The reports that the extension keeps, by the name of their model's file. */
function keptReports(profile) {
  const folder = path.join(profile.user, 'User/globalStorage', EXTENSION, 'reports');
  let names;
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch (error) {
    if (error.code === 'ENOENT') return new Map();
    throw error;
  }
  return new Map(
    names
      .map((name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8')))
      .map((report) => [path.basename(report.model.file), report]),
  );
}
