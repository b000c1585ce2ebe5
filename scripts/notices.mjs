import * as fs from 'node:fs';
import * as path from 'node:path';

/**
 * Writes the licences of every package whose code is in the bundles, as their licences ask: name, version
 * and licence text, found from esbuild's own list of what went in. Throws where a package has no licence.
 */
export function writeNotices(outFile, metafiles) {
  const folders = new Set(
    metafiles
      .flatMap((metafile) => Object.keys(metafile.inputs))
      .map((input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0])
      .filter((folder) => folder !== undefined),
  );
  const notices = [...folders].sort().map(noticeOf);
  const head = 'Eigenscope contains code of the packages below, under their licences.\n';
  fs.writeFileSync(outFile, [head, ...notices].join(`\n${'-'.repeat(72)}\n\n`));
}

function noticeOf(folder) {
  const { name, version, license } = JSON.parse(
    fs.readFileSync(path.join(folder, 'package.json'), 'utf8'),
  );
  const file = fs.readdirSync(folder).find((each) => /^licen[cs]e(\.(md|txt))?$/i.test(each));
  if (!file && !license) throw new Error(`${name} ${version} is bundled and names no licence.`);
  const text = file ? fs.readFileSync(path.join(folder, file), 'utf8') : '';
  return `${name} ${version} (${license})\n\n${text}`;
}
