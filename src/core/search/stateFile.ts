import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import type { SearchState } from '../plan/searchState.ts';
import { parseSearchState } from '../plan/searchState.ts';
import { SearchError } from './searchError.ts';

/** Puts the state in the place of the last one, whole or not at all. Throws SearchError (`state`). */
export function writeStateFile(file: string, state: SearchState): void {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const handle = fs.openSync(temporary, 'wx');
    try {
      fs.writeSync(handle, `${JSON.stringify(state, null, 2)}\n`);
      fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
    fs.renameSync(temporary, file);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw new SearchError(
      'state',
      `The state of the search cannot be kept in ${file}: ${(error as Error).message}. What it held before is there still.`,
    );
  }
}

/**
 * The state in a file, where it is of this model and these settings. Throws SearchError (`state`) that names
 * the first that differs, and SearchStateError.
 */
export function readStateFile(
  file: string,
  expected: Pick<SearchState, 'model' | 'settings'>,
): SearchState {
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    throw new SearchError(
      'state',
      `There is no search to go on with in ${file} (${(error as Error).message}). Begin one without --resume.`,
    );
  }
  const state = parseSearchState(text, file);
  if (state.model.sha256 !== expected.model.sha256)
    throw new SearchError(
      'state',
      `${file} is the state of a search for another model, or the model has changed since (its SHA-256 was ${state.model.sha256} and is ${expected.model.sha256}). Begin anew with --force.`,
    );
  const names = new Set([...Object.keys(state.settings), ...Object.keys(expected.settings)]);
  for (const name of names) {
    const [before, now] = [state.settings[name], expected.settings[name]];
    if (before !== now)
      throw new SearchError(
        'state',
        `${file} is the state of a search with ${name} ${before ?? 'absent'}, and now it is ${now ?? 'absent'}. Give the same again, or begin anew with --force.`,
      );
  }
  return state;
}
