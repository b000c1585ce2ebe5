import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { UsageError } from './exitCode.ts';

/** Every report we write has this text near its start: JSON as its schema, HTML in its title. */
const OUR_MARK = /eigenscope\.report\/|- Eigenscope<\/title>/;

/** Where the mark must stand, in bytes from the start. */
const MARK_WITHIN = 4096;

/**
 * Throws UsageError where writing there would destroy something: the model itself, a folder, or a file
 * that is not a report of ours (unless `force`). To be asked before the analysis, not after it.
 */
export function checkOutput(file: string, model: string, force: boolean): void {
  const target = path.resolve(file);
  const folder = fs.statSync(path.dirname(target), { throwIfNoEntry: false });
  if (!folder?.isDirectory())
    throw new UsageError(
      `${file} cannot be written: the folder ${path.dirname(target)} does not exist.`,
    );
  const stat = fs.statSync(target, { throwIfNoEntry: false });
  if (!stat) return;
  if (!stat.isFile()) throw new UsageError(`${file} cannot be written: it is not a file.`);
  const known = fs.statSync(model, { throwIfNoEntry: false });
  if (known && known.ino === stat.ino && known.dev === stat.dev)
    throw new UsageError(`${file} is the model itself; give another name.`);
  if (!force && stat.size > 0 && !isOurs(target))
    throw new UsageError(
      `${file} exists and is not a report of Eigenscope; give another name, or --force.`,
    );
}

function isOurs(file: string): boolean {
  const start = Buffer.alloc(MARK_WITHIN);
  const handle = fs.openSync(file, 'r');
  try {
    const read = fs.readSync(handle, start, 0, MARK_WITHIN, 0);
    return OUR_MARK.test(start.toString('utf8', 0, read));
  } finally {
    fs.closeSync(handle);
  }
}

/** Writes a whole file or none: beside its place, then renamed. */
export function writeWhole(file: string, text: string): void {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    fs.writeFileSync(temporary, text);
    fs.renameSync(temporary, file);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}

/** The hash of an inline script or style as a content security policy names it. */
export function policyHash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
