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
import path from 'node:path';
import { binaryPlatform } from './binaryPlatform.mjs';
import { nativeNotices } from './nativeNotices.mjs';
import { nativePackages } from './nativePackages.mjs';
import { cacheFolder, fetchTarball, integrityOf, tarFiles } from './npmTarball.mjs';

const root = path.dirname(import.meta.dirname);
const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'));

/** Where the engine looks for native packages in its extension's folder, and what they ask to be told. */
const MODULES = 'dist/native/node_modules';
const NOTICES = 'dist/native/NOTICES.txt';

/**
 * What a platform's extension has beside the universal one: contents by path. Taken from node_modules, and
 * what npm does not install here from npm by `npm pack`, held to the hashes of package-lock.json and kept in
 * the user's cache folder. Throws an Error where a file cannot be had, or is made for another platform.
 */
export function nativeFiles(platform) {
  const files = new Map();
  const manifests = [];
  for (const { name, files: wanted } of nativePackages(platform)) {
    const source = packageSource(name);
    for (const file of wanted.flatMap((each) => matching(each, name, source)))
      files.set(`${MODULES}/${name}/${file}`, source.read(file));
    manifests.push(JSON.parse(source.read('package.json')));
  }
  files.set(NOTICES, Buffer.from(nativeNotices(manifests)));
  checkPlatform(files, platform);
  return files;
}

/** Throws an Error that names every executable file that is made for another platform. */
export function checkPlatform(files, platform) {
  const others = [...files]
    .map(([file, bytes]) => ({ file, found: binaryPlatform(bytes) }))
    .filter(({ found }) => found !== undefined && found !== platform);
  if (others.length > 0)
    throw new Error(
      `Not for ${platform}: ${others.map(({ file, found }) => `${file} (${found})`).join(', ')}.`,
    );
}

function matching(wanted, name, { list, read }) {
  const [folder, any] = wanted.split('*');
  const found =
    any === undefined
      ? [wanted].filter((file) => read(file) !== undefined)
      : list(folder).filter((file) => file.endsWith(any));
  if (found.length === 0) throw new Error(`The package ${name} has no ${wanted}.`);
  return found;
}

/** The version and hash that the lock file pins. */
function pinned(name) {
  const { version, integrity } = lock.packages[`node_modules/${name}`] ?? {};
  if (version === undefined || integrity === undefined)
    throw new Error(`package-lock.json does not pin ${name}.`);
  return { version, integrity };
}

function packageSource(name) {
  const { version, integrity } = pinned(name);
  const folder = path.join(root, 'node_modules', name);
  const manifest = path.join(folder, 'package.json');
  const installed =
    existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === version;
  return installed ? folderSource(folder) : tarballSource(`${name}@${version}`, integrity);
}

function folderSource(folder) {
  return {
    list: (under) => readdirSync(path.join(folder, under)).map((each) => under + each),
    read: (file) => {
      const at = path.join(folder, file);
      return existsSync(at) ? readFileSync(at) : undefined;
    },
  };
}

function tarballSource(spec, integrity) {
  const files = tarFiles(keptTarball(spec, integrity));
  const names = [...files.keys()].map((name) => name.replace(/^package\//, ''));
  return {
    list: (under) =>
      names.filter((name) => path.posix.dirname(name) === path.posix.normalize(under).slice(0, -1)),
    read: (file) => files.get(`package/${file}`),
  };
}

function keptTarball(spec, integrity) {
  const folder = path.join(cacheFolder(), 'eigenscope', 'native');
  const kept = path.join(folder, `${spec.replace('/', '+')}.tgz`);
  if (existsSync(kept)) {
    const bytes = readFileSync(kept);
    if (integrityOf(bytes) === integrity) return bytes;
  }
  mkdirSync(folder, { recursive: true });
  const partial = mkdtempSync(path.join(folder, 'partial-'));
  try {
    const bytes = fetchTarball({ spec, integrity, folder: partial });
    // Renamed into place: whoever fetches it at the same time finds either the whole file or none.
    const whole = path.join(partial, 'whole');
    writeFileSync(whole, bytes);
    renameSync(whole, kept);
    return bytes;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}
