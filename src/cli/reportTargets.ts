import * as path from 'node:path';
import type { Output } from './analyzeArguments.ts';
import { UsageError } from './exitCode.ts';
import { isFolder } from './folders.ts';
import type { ModelFile, ModelFiles } from './modelFiles.ts';
import type { Format } from './reportFormats.ts';

/** Where one report of one model goes. */
export interface ReportTarget {
  readonly format: Format;
  /** `-` for standard output. */
  readonly file: string;
  /** Within a folder that was given, the folders on the way are made; elsewhere they must be there. */
  readonly makeFolder: boolean;
}

/**
 * The targets of each model, in the order of `models`. Given a folder, a report is called by its model's name
 * and its format: `DIR/model.onnx.json`. Throws UsageError where several models were given and one file, or
 * where two reports would be written to one.
 */
export function reportTargets(
  outputs: readonly Output[],
  { models, several }: ModelFiles,
): readonly (readonly ReportTarget[])[] {
  const whole = outputs.find(({ target }) => !isFolderName(target));
  if (several && whole)
    throw new UsageError(
      `--${whole.format} ${whole.target} is one place for several models; give a folder, such as --${whole.format} reports/.`,
    );
  const targets = models.map((model) => outputs.map((output) => targetOf(output, model)));
  const takenBy = new Map<string, string>();
  targets.forEach((each, k) => {
    for (const { file, format } of each) {
      const by = `--${format} of ${models[k]!.label}`;
      const other = file === '-' ? undefined : takenBy.get(path.resolve(file));
      if (other !== undefined)
        throw new UsageError(`${other} and ${by} would both be written to ${file}.`);
      takenBy.set(path.resolve(file), by);
    }
  });
  return targets;
}

function targetOf({ format, target }: Output, model: ModelFile): ReportTarget {
  const folder = isFolderName(target);
  return { format, file: folder ? reportIn(target, model, format) : target, makeFolder: folder };
}

/** Where a report of that model lies within a folder of reports. */
export function reportIn(folder: string, model: ModelFile, format: Format): string {
  return path.join(folder, `${model.name}.${format}`);
}

/** A name that ends like a folder's, or is one. */
export function isFolderName(name: string): boolean {
  if (name === '-') return false;
  if (name.endsWith('/') || name.endsWith(path.sep)) return true;
  return isFolder(name);
}
