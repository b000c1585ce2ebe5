import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

const FETCH_LIMIT_MS = 120_000;
const BLOCK = 512;

/** The user's folder for what can be fetched again, as the command line's own cache has it. */
export function cacheFolder() {
  const { platform, env } = process;
  if (platform === 'win32') return env.LOCALAPPDATA ?? path.join(os.homedir(), 'AppData', 'Local');
  if (platform === 'darwin') return path.join(os.homedir(), 'Library', 'Caches');
  return env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache');
}

/**
 * The tarball of `spec` (name@version), fetched by `npm pack` into an empty folder, as bytes. Throws an
 * Error that says why it cannot be fetched (`isUnreachable`), or that it is not the pinned one.
 */
export function fetchTarball({ spec, integrity, folder }) {
  try {
    execFileSync('npm', ['pack', spec, '--ignore-scripts', '--pack-destination', folder], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
      timeout: FETCH_LIMIT_MS,
      shell: process.platform === 'win32',
    });
  } catch (error) {
    const lines = (error.stderr ?? '').split('\n');
    const why = lines.find((line) => /^npm (error|ERR!) (?!code|errno|syscall)/.test(line));
    const said = why?.trim() ?? error.code ?? 'no reason given';
    const fault = new Error(`${spec} cannot be fetched from npm (${said}).`, { cause: error });
    throw Object.assign(fault, { isUnreachable: true });
  }
  const tarball = readFileSync(
    path.join(
      folder,
      readdirSync(folder).find((each) => each.endsWith('.tgz')),
    ),
  );
  const found = integrityOf(tarball);
  if (found !== integrity)
    throw new Error(`${spec} from npm has the integrity ${found}, where ${integrity} is pinned.`);
  return tarball;
}

/** As npm writes it in a lock file. */
export function integrityOf(bytes) {
  return `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
}

/** The files of an npm tarball (gzip over ustar) by their paths, which begin with `package/`. */
export function tarFiles(tarball) {
  const archive = gunzipSync(tarball);
  const files = new Map();
  for (let at = 0; at + BLOCK <= archive.length;) {
    const text = (from, length) =>
      archive.toString('utf8', at + from, at + from + length).replace(/\0.*$/s, '');
    const bytes = Number.parseInt(text(124, 12), 8) || 0;
    const prefix = text(345, 155);
    const name = (prefix === '' ? '' : `${prefix}/`) + text(0, 100);
    const start = at + BLOCK;
    if (name !== '') files.set(name, archive.subarray(start, start + bytes));
    at = start + Math.ceil(bytes / BLOCK) * BLOCK;
  }
  return files;
}
