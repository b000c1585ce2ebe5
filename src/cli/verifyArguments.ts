import {
  CPU_PROVIDER,
  DEFAULT_MAX_ERROR,
  DEFAULT_SEED,
  type VerifyRequest,
} from '../engine/engineApi.ts';
import { COMMON_OPTIONS, parsedOptions } from './commandOptions.ts';
import { dimensions } from './dimensionLengths.ts';
import { UsageError } from './exitCode.ts';
import { VERIFICATION_FORMATS, type VerificationFormat } from './reportFormats.ts';
import { wholeNumber } from './wholeNumber.ts';

export const VERIFY_USAGE = `Usage: eigenscope verify A.onnx B.onnx [options]

Runs both models on the same inputs with ONNX Runtime, each in a process of its own, and says how far
the outputs of B are from those of A: relative L2, cosine, largest difference, and of probabilities the
divergence and the agreement of the largest; how fast each is and what memory it takes. Every figure
comes with a 95 % interval over the samples. The result goes to standard error, and to a file (or
standard output where - is given) as JSON, HTML or Markdown.

  --inputs FILE|NAME=FILE  inputs: .npz, .npy or .pb (ONNX test data), .json, or a folder of ONNX test
                           data; may be given again. An array of one axis more than its input holds a
                           sample in each entry of the first. Without it the inputs are seeded noise.
  --rows                   every row of the first axis is a sample by itself
  --samples N              at most so many samples (default: all; of noise 16)
  --seed N                 of the noise and of the intervals (default ${DEFAULT_SEED})
  --dims NAME=N[,NAME=N]   lengths of symbolic axes of the noise; an axis without a name is INPUT:AXIS
  --logits NAME[,NAME]|all outputs whose last axis is logits
  --max-error X            greatest relative L2 error of any output on any sample that passes
                           (default ${DEFAULT_MAX_ERROR})
  --provider NAME          execution provider of ONNX Runtime that runs both (default cpu): webgpu, cuda,
                           tensorrt, dml or coreml where this build has it and the machine what it needs
  --threads N              threads of one run (default 1: the same bits each time)
  --json FILE|-            write the result as JSON
  --html FILE|-            write the result as one page that needs nothing else, the panel of VS Code
  --md FILE|-              write the result as Markdown
  --force                  write over a file that is not a result of ours
  --quiet                  no table and no progress, errors only

Exit codes: 0 passed, 1 failed, 2 unusable arguments or inputs, 3 a model that cannot be read or that
ONNX Runtime rejects, 4 a fault of ours, 130 cancelled.
`;

export interface VerifyArguments {
  readonly request: VerifyRequest;
  /** Where results go, `-` for standard output. */
  readonly outputs: readonly { readonly format: VerificationFormat; readonly file: string }[];
  readonly force: boolean;
  readonly quiet: boolean;
}

/** Throws UsageError that names the argument. */
export function parseVerifyArguments(args: readonly string[]): VerifyArguments | 'help' {
  const { values, positionals } = parsed(args);
  if (values.help) return 'help';
  const [a, b, third] = positionals;
  if (a === undefined || b === undefined || third !== undefined)
    throw new UsageError(
      `verify takes two models, the original and the one to hold against it, not ${positionals.length}.`,
    );
  const outputs = VERIFICATION_FORMATS.flatMap((format) => {
    const file = values[format];
    if (file === '') throw new UsageError(`--${format} takes the name of a file, or -.`);
    return file === undefined ? [] : [{ format, file }];
  });
  if (outputs.filter(({ file }) => file === '-').length > 1)
    throw new UsageError('Only one of --json, --html and --md can go to standard output.');
  const logits = list(values.logits ?? []);
  return {
    request: {
      a,
      b,
      inputs: values.inputs ?? [],
      rows: values.rows ?? false,
      samples: wholeNumber('--samples', values.samples, 0, 1),
      seed: wholeNumber('--seed', values.seed, DEFAULT_SEED, 0),
      dims: dimensions(values.dims ?? []),
      logits: logits.includes('all') ? 'all' : logits,
      maxError: errorBound(values['max-error']),
      provider: providerName(values.provider),
      threads: wholeNumber('--threads', values.threads, 1, 1),
    },
    outputs,
    force: values.force ?? false,
    quiet: values.quiet ?? false,
  };
}

/** Several values may be given at once, with commas between them. */
export const list = (given: readonly string[]): string[] =>
  given.flatMap((each) => each.split(','));

function providerName(text: string | undefined): string {
  if (text === '') throw new UsageError('--provider takes a name, such as webgpu.');
  return text ?? CPU_PROVIDER;
}

function errorBound(text: string | undefined): number {
  if (text === undefined) return DEFAULT_MAX_ERROR;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new UsageError(`--max-error is a number from 0 up, such as 0.01, not '${text}'.`);
  return value;
}

const OPTIONS = {
  inputs: { type: 'string', multiple: true },
  rows: { type: 'boolean' },
  samples: { type: 'string' },
  seed: { type: 'string' },
  dims: { type: 'string', multiple: true },
  logits: { type: 'string', multiple: true },
  'max-error': { type: 'string' },
  threads: { type: 'string' },
  provider: { type: 'string' },
  json: { type: 'string' },
  html: { type: 'string' },
  md: { type: 'string' },
  force: { type: 'boolean' },
  ...COMMON_OPTIONS,
} as const;

function parsed(args: readonly string[]) {
  return parsedOptions(args, OPTIONS);
}
