import * as fs from 'node:fs';
import * as path from 'node:path';
import { ACCEPTANCE_FILE, parseAcceptance, type Acceptance } from '../core/report/acceptance.ts';
import { acceptanceFolders } from '../core/report/acceptanceFolders.ts';
import { parseReport } from '../core/report/parseReport.ts';
import type { Report } from '../core/report/report.ts';
import { UsageError } from './exitCode.ts';
import { isFolder } from './folders.ts';
import type { ModelFile } from './modelFiles.ts';
import { reportIn } from './reportTargets.ts';

/**
 * The accepted findings that hold for a model, of the nearest `eigenscope.json`; none where there is no such
 * file. Throws UsageError for a file that is not as it must be.
 */
export function acceptanceFor(model: string): Acceptance {
  const folders = acceptanceFolders(path.dirname(path.resolve(model)), {
    above: (folder) => path.dirname(folder),
    // A file instead of a folder in a worktree and in a submodule.
    isRepository: (folder) => fs.existsSync(path.join(folder, '.git')),
  });
  const file = folders
    .map((folder) => path.join(folder, ACCEPTANCE_FILE))
    .find((each) => fs.existsSync(each));
  return file === undefined ? { accepted: [] } : parsed(file, parseAcceptance);
}

/**
 * The report made earlier: the file given, or within a folder of reports the one of that model; none where
 * that folder has none, so that all findings of a new model count. Throws UsageError for a file that is no
 * report, one of another mode (its figures differ), and one file for several models.
 */
export function baselineFor(
  given: string,
  model: ModelFile,
  several: boolean,
  mode: 'robust' | 'compat',
): Report | undefined {
  const folder = isFolder(given);
  if (several && !folder)
    throw new UsageError(
      `--baseline ${given} is one report for several models; give the folder that --json wrote them to.`,
    );
  const file = folder ? reportIn(given, model, 'json') : given;
  if (folder && !fs.existsSync(file)) return undefined;
  const report = parsed(file, parseReport);
  if (report.settings.mode !== mode)
    throw new UsageError(
      `${file} is a report in ${report.settings.mode} mode and cannot be the baseline of one in ${mode} mode; give --mode ${report.settings.mode}, or make it again.`,
    );
  return report;
}

function parsed<T>(file: string, parse: (text: string, file: string) => T): T {
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as Error).message}.`);
  }
  try {
    return parse(text, file);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
