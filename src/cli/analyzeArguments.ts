import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { defaultCacheFolder } from './cacheFolder.ts';
import { UsageError } from './exitCode.ts';
import { FORMATS, type Format } from './reportFormats.ts';

export const ANALYZE_USAGE = `Usage: eigenscope analyze MODEL.onnx [options]

Computes the full singular spectrum of every weight matrix and says what it means.
The layer table and the findings go to standard error; results go to files, or to
standard output where - is given.

  --json FILE|-          write the report as JSON
  --html FILE|-          write the report as one self-contained page
  --csv FILE|-           write every figure of every layer as a table
  --md FILE|-            write the report as Markdown
  --spectra              put every singular value in the report
  --mode robust|compat   compat gives WeightWatcher's figures (default robust)
  --layers GLOB          only layers whose name, tensor or id matches; commas separate globs
  --min-eigenvalues N    leave out matrices with fewer (default 10)
  --seed N               of the shuffles (default 1)
  --workers N            worker threads (default: one less than the cores)
  --memory MB            memory that running tasks may take together (default: half of the free)
  --cache DIR            folder of solved spectra (default: the system's cache folder)
  --no-cache             solve everything, keep nothing
  --force                write over a file that is not a report of ours
  --quiet                no table and no progress, errors only
`;

/** A report that was asked for: where to, `-` for standard output. */
export interface Output {
  readonly format: Format;
  readonly target: string;
}

export interface AnalyzeArguments {
  readonly model: string;
  readonly outputs: readonly Output[];
  readonly spectra: boolean;
  readonly mode: 'robust' | 'compat';
  readonly layers: string;
  readonly minEigenvalues: number;
  readonly seed: number;
  readonly workers: number;
  /** Bytes; 0 for the default. */
  readonly memoryLimit: number;
  /** Empty for none. */
  readonly cacheDir: string;
  readonly force: boolean;
  readonly quiet: boolean;
}

/** Throws UsageError that names the argument. */
export function parseAnalyzeArguments(args: readonly string[]): AnalyzeArguments | 'help' {
  const { values, positionals } = parsed(args);
  if (values.help) return 'help';
  const model = positionals[0];
  if (model === undefined) throw new UsageError('No model was given.');
  if (positionals.length > 1)
    throw new UsageError(`One model at a time: '${positionals[1]!}' is one too many.`);
  const mode = values.mode ?? 'robust';
  if (mode !== 'robust' && mode !== 'compat')
    throw new UsageError(`--mode is 'robust' or 'compat', not '${mode}'.`);
  return {
    model: path.resolve(model),
    outputs: outputsOf(values),
    spectra: values.spectra ?? false,
    mode,
    layers: values.layers ?? '',
    minEigenvalues: wholeNumber('--min-eigenvalues', values['min-eigenvalues'], 10, 1),
    seed: wholeNumber('--seed', values.seed, 1, 0),
    workers: wholeNumber('--workers', values.workers, 0, 1),
    memoryLimit: wholeNumber('--memory', values.memory, 0, 1) * 2 ** 20,
    cacheDir: values['no-cache'] ? '' : path.resolve(values.cache ?? defaultCacheFolder()),
    force: values.force ?? false,
    quiet: values.quiet ?? false,
  };
}

/** Throws UsageError where two reports would be written to one place. */
function outputsOf(values: Readonly<Partial<Record<Format, string>>>): Output[] {
  const outputs = FORMATS.flatMap((format) => {
    const target = values[format];
    if (target === '') throw new UsageError(`--${format} takes the name of a file, or -.`);
    return target === undefined ? [] : [{ format, target }];
  });
  const places = outputs.map(({ target }) => (target === '-' ? target : path.resolve(target)));
  outputs.forEach(({ format }, k) => {
    const first = outputs[places.indexOf(places[k]!)]!;
    if (first.format !== format)
      throw new UsageError(
        places[k] === '-'
          ? `Only one of --${first.format} and --${format} can go to standard output.`
          : `--${first.format} and --${format} name the same file; give each its own.`,
      );
  });
  return outputs;
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: 'string' },
        html: { type: 'string' },
        csv: { type: 'string' },
        md: { type: 'string' },
        spectra: { type: 'boolean' },
        mode: { type: 'string' },
        layers: { type: 'string' },
        'min-eigenvalues': { type: 'string' },
        seed: { type: 'string' },
        workers: { type: 'string' },
        memory: { type: 'string' },
        cache: { type: 'string' },
        'no-cache': { type: 'boolean' },
        force: { type: 'boolean' },
        quiet: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Past this, seeds and counts would not be exact in a float64. */
const MAX_WHOLE = 2 ** 31 - 1;

function wholeNumber(
  option: string,
  text: string | undefined,
  absent: number,
  least: number,
): number {
  if (text === undefined) return absent;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > MAX_WHOLE)
    throw new UsageError(`${option} is a whole number from ${least} up, not '${text}'.`);
  return value;
}
