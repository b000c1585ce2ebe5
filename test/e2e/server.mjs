import { execFileSync, spawn } from 'node:child_process';
import path from 'node:path';

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 5_000;

/** The profile's own home and nothing that would lead the server to this person's VS Code or network. */
function environment(profile, extra = {}) {
  const outer = /^(VSCODE_|NODE_OPTIONS$|NODE_TEST_CONTEXT$|npm_|ELECTRON_)/;
  const kept = Object.entries(process.env).filter(([name]) => !outer.test(name));
  return {
    ...Object.fromEntries(kept),
    HOME: profile.home,
    XDG_CACHE_HOME: path.join(profile.home, '.cache'),
    XDG_CONFIG_HOME: path.join(profile.home, '.config'),
    XDG_DATA_HOME: path.join(profile.home, '.local/share'),
    XDG_RUNTIME_DIR: profile.home,
    // Without it the server looks extensions up in a gallery.
    EXTENSIONS_GALLERY: '{}',
    ...extra,
  };
}

function commonArguments(host, profile) {
  return [
    host.serverMain,
    '--accept-server-license-terms',
    '--user-data-dir',
    profile.user,
    '--extensions-dir',
    profile.extensions,
    '--server-data-dir',
    profile.server,
  ];
}

/** Installs a VSIX into the profile, by VS Code's own installer. Throws an Error with what it said. */
export function installExtension(host, profile, vsix) {
  const said = execFileSync(
    host.node,
    [...commonArguments(host, profile), '--install-extension', vsix],
    { env: environment(profile), encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
  );
  if (!said.includes('successfully installed'))
    throw new Error(`VS Code did not install ${vsix}: ${said}`);
}

/**
 * Starts VS Code's server on a free port of the loopback interface. Resolves when it listens, with its
 * `url`, `pid` (also its process group, which extension host and engine belong to), `output()` and `stop()`.
 * `args` are added to its command line, `env` to its environment, which the extension host inherits.
 */
export async function startServer(host, profile, { args = [], env = {}, port = 0 } = {}) {
  const child = spawn(
    host.node,
    [
      ...commonArguments(host, profile),
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      '--without-connection-token',
      '--disable-telemetry',
      ...args,
    ],
    { env: environment(profile, env), stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  let output = '';
  const url = await new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`VS Code's server ${why}:\n${output}`));
    const limit = setTimeout(() => fail('did not start in 60 s'), START_LIMIT_MS);
    const read = (text) => {
      output += text;
      const listening = /agent listening on (\d+)/.exec(output);
      if (!listening) return;
      clearTimeout(limit);
      resolve(`http://127.0.0.1:${listening[1]}`);
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    child.on('error', (error) => fail(`could not be started (${error.message})`));
    child.on('exit', (code) => {
      clearTimeout(limit);
      fail(`ended with exit code ${code}`);
    });
  });
  return { url, pid: child.pid, output: () => output, stop: () => stopGroup(child) };
}

/** Ends the server with all that it started. */
async function stopGroup(child) {
  const signal = (name) => {
    try {
      process.kill(-child.pid, name);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  };
  const gone = new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', resolve);
  });
  signal('SIGTERM');
  const limit = setTimeout(() => signal('SIGKILL'), STOP_LIMIT_MS);
  await gone;
  clearTimeout(limit);
  signal('SIGKILL');
}
