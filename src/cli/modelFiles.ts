import * as fs from 'node:fs';
import * as path from 'node:path';
import { NoModelError } from './exitCode.ts';
import { isFolder } from './folders.ts';

export interface ModelFile {
  /** Absolute. */
  readonly file: string;
  /** As a person finds it from where the command was given. */
  readonly label: string;
  /** What its reports are called within a folder: its name, or its path within the folder that was searched. */
  readonly name: string;
}

export interface ModelFiles {
  readonly models: readonly ModelFile[];
  /** Whether more than one could have been meant: several arguments, or a folder. */
  readonly several: boolean;
}

const MODEL_NAME = /\.onnx$/i;

/** What others wrote, and what the history holds, is not searched. */
const LEFT_OUT: ReadonlySet<string> = new Set(['node_modules', '.git']);

/**
 * The models that these arguments name, each once: a file as it is, a folder by every `.onnx` file in it and
 * below, in the order of their names. Links to folders are not followed, so that none is searched twice.
 * Throws NoModelError for a folder without any, and for one that cannot be listed.
 */
export function findModels(args: readonly string[]): ModelFiles {
  const found = args.flatMap((arg) => (isFolder(arg) ? inFolder(arg) : [single(arg)]));
  const models = [...new Map(found.map((model) => [model.file, model])).values()];
  return { models, several: args.length > 1 || args.some(isFolder) };
}

function single(label: string): ModelFile {
  return { file: path.resolve(label), label, name: path.basename(label) };
}

function inFolder(folder: string): ModelFile[] {
  const names = modelNames(folder, '');
  if (names.length === 0)
    throw new NoModelError(
      `${folder} is a folder with no .onnx file in it or below; give a model, or another folder.`,
    );
  return names.map((name) => {
    const label = path.join(folder, name);
    return { file: path.resolve(label), label, name };
  });
}

function modelNames(root: string, under: string): string[] {
  return listed(path.join(root, under)).flatMap((entry) => {
    const name = path.join(under, entry.name);
    if (entry.isDirectory()) return LEFT_OUT.has(entry.name) ? [] : modelNames(root, name);
    return MODEL_NAME.test(entry.name) && !isFolder(path.join(root, name)) ? [name] : [];
  });
}

function listed(folder: string): fs.Dirent[] {
  try {
    const entries = fs.readdirSync(folder, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw new NoModelError(`${folder} cannot be searched: ${(error as Error).message}.`);
  }
}
