import { SearchError } from './searchError.ts';

export interface SearchSettings {
  /** Rounds of offspring, each of the best plan so far. */
  readonly generations: number;
  /** Plans tried in one round. */
  readonly offspring: number;
}

/** A few minutes for a model that runs in some milliseconds. EvoPress: 150 to 400 generations of 64 to 128. */
export const DEFAULT_SEARCH_SETTINGS: SearchSettings = { generations: 100, offspring: 32 };

/** Throws SearchError (`settings`). */
export function checkSearchSettings({ generations, offspring }: SearchSettings): void {
  if (!Number.isInteger(generations) || generations < 0)
    throw new SearchError(
      'settings',
      `The number of generations is a whole number from 0 up, not ${generations}.`,
    );
  if (!Number.isInteger(offspring) || offspring < 2)
    throw new SearchError(
      'settings',
      `The number of offspring is a whole number from 2 up, not ${offspring}.`,
    );
}
