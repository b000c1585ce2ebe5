import * as fs from 'node:fs';
import * as path from 'node:path';
import { ACCEPTANCE_FILE } from '../core/report/acceptance.ts';

/**
 * The `eigenscope.json` that holds for a model: the nearest, beside it or in a folder above, no higher than
 * the root of its repository. Without a repository only the one beside it counts: what lies further up
 * belongs to someone else. Undefined where there is none.
 */
export function acceptanceFile(model: string): string | undefined {
  return acceptanceFolders(model)
    .map((folder) => path.join(folder, ACCEPTANCE_FILE))
    .find((each) => fs.existsSync(each));
}

/** The folders in which an `eigenscope.json` would hold for a model, the nearest first. */
export function acceptanceFolders(model: string): readonly string[] {
  const start = path.dirname(path.resolve(model));
  const folders = [start];
  for (let folder = start; ; folders.push(folder)) {
    // A file instead of a folder in a worktree and in a submodule.
    if (fs.existsSync(path.join(folder, '.git'))) return folders;
    const parent = path.dirname(folder);
    if (parent === folder) return [start];
    folder = parent;
  }
}
