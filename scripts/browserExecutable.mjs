import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { missingLibraries, missingLibrariesMessage } from './missingLibraries.mjs';

const SYSTEM_BROWSERS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
];

/** True where the browser starts far enough to print its version: a snap's stub without its snap does not. */
function runs(executable) {
  try {
    execFileSync(executable, ['--version'], { stdio: 'ignore', timeout: 30_000 });
    return true;
  } catch {
    return false;
  }
}

/** The browser named by CHROMIUM, or one that the system has; undefined where there is none. */
export function systemBrowser() {
  const named = process.env.CHROMIUM;
  if (named !== undefined && named !== '') {
    if (!existsSync(named))
      throw new Error(
        `CHROMIUM is '${named}', which does not exist: name a Chromium or Chrome executable.`,
      );
    return { executablePath: named, env: {} };
  }
  const executablePath = SYSTEM_BROWSERS.find((file) => existsSync(file) && runs(file));
  return executablePath === undefined ? undefined : { executablePath, env: {} };
}

/** The fonts that come with the packed browser, after the system's own where there are any. */
function fontsConf(folder) {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>${folder}/fonts</dir>
  <cachedir>${folder}/fonts-cache</cachedir>
</fontconfig>
`;
}

/**
 * The browser packed in @sparticuz/chromium, extracted once into the host's node_modules. Its own code
 * extracts to the temporary folder and wants Node 22, so it runs under the host's Node with TMPDIR set.
 * Throws an Error that names the Debian package where a system library is missing.
 */
export function packedBrowser(host) {
  const folder = path.join(host.modules, '.chromium');
  const executablePath = path.join(folder, 'chromium');
  const fontconfig = path.join(folder, 'fonts.conf');
  if (!existsSync(folder)) {
    const partial = `${folder}-${process.pid}`;
    mkdirSync(partial, { recursive: true });
    const entry = pathToFileURL(path.join(host.modules, '@sparticuz/chromium/build/index.js'));
    const extract = `const { default: chromium } = await import('${entry}'); await chromium.executablePath();`;
    execFileSync(host.node, ['--input-type=module', '--eval', extract], {
      env: { ...process.env, TMPDIR: partial },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    writeFileSync(path.join(partial, 'fonts.conf'), fontsConf(folder));
    if (existsSync(folder)) rmSync(partial, { recursive: true });
    else renameSync(partial, folder);
  }
  const missing = missingLibraries(executablePath);
  if (missing.length > 0) throw new Error(missingLibrariesMessage(executablePath, missing));
  return { executablePath, env: { FONTCONFIG_FILE: fontconfig } };
}
