import * as fs from 'node:fs';
import * as path from 'node:path';
import { RewriteError } from './rewriteError.ts';

/**
 * Throws RewriteError where a new model cannot or must not be written: over the original or a file that
 * holds some of its weights, whatever link leads there; over any other file unless `replace`.
 *
 * @param originals the model and its files of external data
 */
export function checkOutputPath(
  output: string,
  originals: readonly string[],
  replace: boolean,
): void {
  const folder = path.dirname(path.resolve(output));
  const place = fs.statSync(folder, { throwIfNoEntry: false });
  if (!place?.isDirectory())
    throw new RewriteError(
      'output-unwritable',
      `${output} cannot be written: ${folder} is no folder. Make it first, or choose another one.`,
    );
  if (!isWritable(folder))
    throw new RewriteError(
      'output-unwritable',
      `${output} cannot be written: its folder may not be written to. Choose another folder.`,
    );
  const there = fs.statSync(output, { throwIfNoEntry: false });
  for (const original of originals) {
    const known = fs.statSync(original, { throwIfNoEntry: false });
    const isSame = known && there && known.ino === there.ino && known.dev === there.dev;
    if (isSame || path.resolve(original) === path.resolve(output))
      throw new RewriteError(
        'output-is-input',
        `${output} is the original model or holds weights of it, which is never written over. Give another name.`,
      );
  }
  // A link that leads nowhere is something of the user's as well.
  if (!fs.lstatSync(output, { throwIfNoEntry: false })) return;
  if (there && !there.isFile())
    throw new RewriteError('output-exists', `${output} is not a file. Give another name.`);
  if (!replace)
    throw new RewriteError(
      'output-exists',
      `${output} exists already. Give another name, or ask for it to be replaced.`,
    );
}

function isWritable(folder: string): boolean {
  try {
    fs.accessSync(folder, fs.constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** A name for the weights beside a new model that no file has, so that none is ever written over. */
export function besideName(output: string): string {
  const folder = path.dirname(path.resolve(output));
  const base = `${path.basename(output)}.data`;
  let name = base;
  for (let k = 2; fs.lstatSync(path.join(folder, name), { throwIfNoEntry: false }); k++)
    name = `${base}.${k}`;
  return name;
}
