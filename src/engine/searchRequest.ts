import type { Plan } from '../core/plan/plan.ts';
import type { Improvement } from '../core/plan/searchSummary.ts';
import type { SearchSettings } from '../core/search/searchSettings.ts';
import type { SampleRequest } from './chosenSamples.ts';
import type { AnalyzeProgress, PlanModelRequest } from './engineApi.ts';
import type { VerifyRequest } from './verifyRequest.ts';

export { DEFAULT_SEARCH_SETTINGS } from '../core/search/searchSettings.ts';

/** A plan to begin with, and how to look for a better one of its size; `seed` is that of both. */
export interface SearchRequest
  extends PlanModelRequest, Omit<SampleRequest, 'seed'>, Pick<VerifyRequest, 'logits' | 'threads'> {
  readonly search: SearchSettings;
  /** Absolute path of the file that the state is kept in; empty for none. */
  readonly stateFile: string;
  /** Go on from the state in that file. */
  readonly resume: boolean;
}

export type SearchProgress =
  | { readonly phase: 'weights'; readonly weights: AnalyzeProgress }
  | { readonly phase: 'samples'; readonly done: number; readonly total: number }
  | {
      readonly phase: 'search';
      readonly generation: number;
      readonly generations: number;
      readonly evaluations: number;
      readonly scored: Improvement;
      readonly heldOut: Improvement;
    };

export interface SearchResult {
  /** The best so far. */
  readonly plan: Plan;
  /** False where a person has cancelled before all generations were done. */
  readonly finished: boolean;
}
