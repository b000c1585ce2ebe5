import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { FRONTIER_CSV_MARK } from '../core/plan/frontierCsv.ts';
import { ACCEPTANCE_FILE } from '../core/report/acceptance.ts';
import { CSV_MARK } from '../core/report/csvReport.ts';
import { MARKDOWN_MARK } from '../core/report/markdownReport.ts';
import { VERIFICATION_MARKDOWN_MARK } from '../core/report/verification/verificationMarkdown.ts';
import { UsageError } from './exitCode.ts';
import { isFolder } from './folders.ts';
import type { ReportTarget } from './reportTargets.ts';

/** How each form of a report begins. A file that only speaks of reports does not begin like one. */
const OUR_MARKS: readonly ((start: string) => boolean)[] = [
  (start) =>
    /^\{\s*"schema":\s*"eigenscope\.(report|verification|compression|frontier)\//.test(start),
  (start) => start.startsWith('<!DOCTYPE html>') && start.includes('- Eigenscope</title>'),
  (start) => start.startsWith(CSV_MARK) || start.startsWith(FRONTIER_CSV_MARK),
  (start) => start.startsWith(`${MARKDOWN_MARK}\n`),
  (start) => start.startsWith(`${VERIFICATION_MARKDOWN_MARK}\n`),
];

/** The marks stand within so many bytes. */
const MARK_WITHIN = 4096;

/**
 * Throws UsageError where writing there would destroy something: one of the models, a folder, the list of
 * accepted findings, or a file that is not a report of ours (unless `force`). To be asked before the
 * analysis, not after it.
 */
export function checkOutput(
  { file, makeFolder }: ReportPlace,
  models: readonly string[],
  force: boolean,
): void {
  checkPlace({ file, makeFolder }, models);
  const target = path.resolve(file);
  const stat = fs.statSync(target, { throwIfNoEntry: false });
  if (!force && stat && stat.size > 0 && !isOurs(target))
    throw new UsageError(
      `${file} exists and is not a report of Eigenscope; give another name, or --force.`,
    );
}

export type ReportPlace = Pick<ReportTarget, 'file' | 'makeFolder'>;

/** Throws UsageError where nothing can be written, or must never be: a folder, a model, the accepted findings. */
export function checkPlace({ file, makeFolder }: ReportPlace, models: readonly string[]): void {
  const target = path.resolve(file);
  if (path.basename(target) === ACCEPTANCE_FILE)
    throw new UsageError(
      `${file} is where accepted findings are kept, and no report goes there; give another name.`,
    );
  const folder = makeFolder ? nearestThere(path.dirname(target)) : path.dirname(target);
  if (!fs.existsSync(folder))
    throw new UsageError(`${file} cannot be written: the folder ${folder} does not exist.`);
  if (!isFolder(folder))
    throw new UsageError(`${file} cannot be written: ${folder} is not a folder.`);
  const stat = fs.statSync(target, { throwIfNoEntry: false });
  if (!stat) return;
  if (!stat.isFile()) throw new UsageError(`${file} cannot be written: it is not a file.`);
  for (const model of models) {
    const known = fs.statSync(model, { throwIfNoEntry: false });
    if (known && known.ino === stat.ino && known.dev === stat.dev)
      throw new UsageError(`${file} is the model itself; give another name.`);
  }
}

function nearestThere(folder: string): string {
  return fs.existsSync(folder) ? folder : nearestThere(path.dirname(folder));
}

function isOurs(file: string): boolean {
  const start = Buffer.alloc(MARK_WITHIN);
  const handle = fs.openSync(file, 'r');
  try {
    const read = fs.readSync(handle, start, 0, MARK_WITHIN, 0);
    const text = start.toString('utf8', 0, read);
    return OUR_MARKS.some((mark) => mark(text));
  } finally {
    fs.closeSync(handle);
  }
}

/** Writes a whole file or none: beside its place, then renamed. */
export function writeWhole({ file, makeFolder }: ReportPlace, text: string): void {
  if (makeFolder) fs.mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    fs.writeFileSync(temporary, text);
    fs.renameSync(temporary, file);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}
