import type { parseArgs } from 'node:util';
import { DEFAULT_SEARCH_SETTINGS, type SearchRequest } from '../engine/engineApi.ts';
import { UsageError } from './exitCode.ts';
import { dimensions, list } from './verifyArguments.ts';
import { wholeNumber } from './wholeNumber.ts';

const { generations, offspring } = DEFAULT_SEARCH_SETTINGS;

/** Part of the help of `plan`. */
export const SEARCH_USAGE = `Of --method search, which begins with another method's plan and looks for a better one of its size by
running the model in ONNX Runtime (see docs/search.md):
  --start METHOD         the method to begin with (default: the first of the axis)
  --inputs FILE|NAME=FILE, --rows, --samples N, --dims NAME=N, --logits NAME|all, --threads N
                         what the model is run on, as in verify; half of the samples choose plans, the other
                         half tells what the result is worth. Without --inputs seeded noise: weak evidence
  --generations N        rounds (default ${generations})
  --offspring N          plans tried in each (default ${offspring})
  --resume               go on from PLAN.search.json, which is kept beside the plan after each round
`;

/** As parseArgs takes them. */
export const SEARCH_OPTIONS = {
  start: { type: 'string' },
  inputs: { type: 'string', multiple: true },
  rows: { type: 'boolean' },
  samples: { type: 'string' },
  dims: { type: 'string', multiple: true },
  logits: { type: 'string', multiple: true },
  threads: { type: 'string' },
  generations: { type: 'string' },
  offspring: { type: 'string' },
  resume: { type: 'boolean' },
} as const;

export type SearchArguments = Pick<
  SearchRequest,
  'inputs' | 'rows' | 'samples' | 'dims' | 'logits' | 'threads' | 'search' | 'resume'
>;

type Values = ReturnType<typeof parseArgs<{ options: typeof SEARCH_OPTIONS }>>['values'];

/** Undefined for another method. Throws UsageError. */
export function searchArguments(
  method: string | undefined,
  values: Values,
): SearchArguments | undefined {
  if (method !== 'search') {
    const odd = Object.keys(SEARCH_OPTIONS).find((name) => Object.hasOwn(values, name));
    if (odd !== undefined) throw new UsageError(`--${odd} is of --method search only.`);
    return undefined;
  }
  const logits = list(values.logits ?? []);
  return {
    inputs: values.inputs ?? [],
    rows: values.rows ?? false,
    samples: wholeNumber('--samples', values.samples, 0, 2),
    dims: dimensions(values.dims ?? []),
    logits: logits.includes('all') ? 'all' : logits,
    threads: wholeNumber('--threads', values.threads, 1, 1),
    search: {
      generations: wholeNumber('--generations', values.generations, generations, 0),
      offspring: wholeNumber('--offspring', values.offspring, offspring, 2),
    },
    resume: values.resume ?? false,
  };
}
