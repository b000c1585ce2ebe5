import { execFileSync } from 'node:child_process';

/** Debian's package for each shared library that a headless Chromium may find missing. */
const DEBIAN_PACKAGES = {
  'libnss3.so': 'libnss3',
  'libnssutil3.so': 'libnss3',
  'libsmime3.so': 'libnss3',
  'libssl3.so': 'libnss3',
  'libnspr4.so': 'libnspr4',
  'libplc4.so': 'libnspr4',
  'libplds4.so': 'libnspr4',
  'libexpat.so.1': 'libexpat1',
  'libstdc++.so.6': 'libstdc++6',
  'libgcc_s.so.1': 'libgcc-s1',
  'libatomic.so.1': 'libatomic1',
  'libz.so.1': 'zlib1g',
};

/**
 * The shared libraries that `executable` needs and this machine lacks, as the dynamic linker says. Empty
 * also where there is no `ldd` to ask.
 */
export function missingLibraries(executable) {
  let listing;
  try {
    listing = execFileSync('ldd', [executable], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    listing = String(error.stdout ?? '');
  }
  return [...listing.matchAll(/^\s*(\S+) => not found$/gm)].map((match) => match[1]);
}

/** Sentences that name each missing library and the Debian packages to install. */
export function missingLibrariesMessage(executable, libraries) {
  const packages = new Set(libraries.map((library) => DEBIAN_PACKAGES[library] ?? ''));
  const known = [...packages].filter((name) => name !== '').join(', ');
  const unknown = libraries.filter((library) => !(library in DEBIAN_PACKAGES)).join(', ');
  return [
    `${executable} lacks ${libraries.join(', ')}.`,
    known === '' ? '' : `Install from Debian: ${known}.`,
    unknown === '' ? '' : `apt-file names the packages of ${unknown}.`,
    'Or set CHROMIUM to another browser.',
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}
