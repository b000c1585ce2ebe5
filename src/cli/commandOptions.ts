import * as path from 'node:path';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { defaultCacheFolder } from './cacheFolder.ts';
import { UsageError } from './exitCode.ts';
import { wholeNumber } from './wholeNumber.ts';

/** What every command takes. */
export const COMMON_OPTIONS = {
  quiet: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** What every command takes that solves spectra. */
export const SOLVER_OPTIONS = {
  workers: { type: 'string' },
  memory: { type: 'string' },
  cache: { type: 'string' },
  'no-cache': { type: 'boolean' },
} as const;

/** Their lines in a command's help. */
export const SOLVER_USAGE = `  --workers N            worker threads (default: one less than the cores)
  --memory MB            memory that running tasks may take together (default: half of the free)
  --cache DIR            folder of solved spectra (default: the system's cache folder)
  --no-cache             solve everything, keep nothing`;

export interface SolverArguments {
  /** 0 for the default. */
  readonly workers: number;
  /** Bytes; 0 for the default. */
  readonly memoryLimit: number;
  /** Empty for none. */
  readonly cacheDir: string;
}

/** Throws UsageError that names the argument. */
export function solverArguments(values: {
  readonly workers?: string | undefined;
  readonly memory?: string | undefined;
  readonly cache?: string | undefined;
  readonly 'no-cache'?: boolean | undefined;
}): SolverArguments {
  if (values.cache === '')
    throw new UsageError('--cache takes a folder; --no-cache keeps nothing.');
  return {
    workers: wholeNumber('--workers', values.workers, 0, 1),
    memoryLimit: wholeNumber('--memory', values.memory, 0, 1) * 2 ** 20,
    cacheDir: values['no-cache'] ? '' : path.resolve(values.cache ?? defaultCacheFolder()),
  };
}

type Options = NonNullable<ParseArgsConfig['options']>;
type Parsed<T extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; allowPositionals: true; options: T }>
>;

/** Options, and the arguments that belong to none. Throws UsageError for an option that is not among them. */
export function parsedOptions<const T extends Options>(
  args: readonly string[],
  options: T,
): Parsed<T> {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
