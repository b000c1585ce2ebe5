import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { parseReport } from '../../core/report/parseReport.ts';
import type { Report } from '../../core/report/report.ts';

/** A report with every singular value of a model of some hundred million parameters stays below. */
const MOST_BYTES = 2 ** 28;

/**
 * Reads a report that was saved as JSON, wherever it lies. Throws an Error whose message is a sentence that
 * names the file and what is wrong with it.
 */
export async function readSavedReport(file: vscode.Uri): Promise<Report> {
  return parseReport(await readSavedText(file), vscode.workspace.asRelativePath(file));
}

/** The text of a file that something was saved in. Throws an Error with a sentence. */
export async function readSavedText(file: vscode.Uri): Promise<string> {
  const name = vscode.workspace.asRelativePath(file);
  let bytes: Uint8Array;
  try {
    const { size } = await vscode.workspace.fs.stat(file);
    if (size > MOST_BYTES)
      throw new Error(
        vscode.l10n.t(
          'it has {0} MB, more than the {1} MB of the largest report',
          Math.ceil(size / 2 ** 20),
          MOST_BYTES / 2 ** 20,
        ),
      );
    bytes = await vscode.workspace.fs.readFile(file);
  } catch (error) {
    throw new Error(vscode.l10n.t('{0} cannot be read: {1}', name, (error as Error).message));
  }
  return new TextDecoder().decode(bytes);
}

/**
 * The model that a saved report is of, where it is on this machine: of the same name beside the report, else
 * where it lay when the report was made. A path that leads to another machine is not followed: whoever wrote
 * the report could have it contacted.
 */
export function modelOfSaved(report: Report, file: vscode.Uri): vscode.Uri | undefined {
  return placesOfModel(report.model.file, file)
    .filter((place) => existsSync(place))
    .map((place) => vscode.Uri.file(place))[0];
}

/** Where its model would lie if it were here: what accepts its findings is looked up from there. */
export function placeOfModel(report: Report, file: vscode.Uri): string {
  return modelOfSaved(report, file)?.fsPath ?? placesOfModel(report.model.file, file)[0]!;
}

/** Where a model that a saved file names may be: beside that file, else where it lay, on this machine alone. */
export function placesOfModel(model: string, report: vscode.Uri): string[] {
  // The report may come from another system, with separators of its own.
  const name = model.split(/[/\\]/).at(-1) || 'model.onnx';
  const beside = path.join(path.dirname(report.fsPath), name);
  const elsewhere = /^[/\\]{2}/.test(model) || !path.isAbsolute(model) || model.includes('\0');
  return elsewhere ? [beside] : [beside, model];
}
