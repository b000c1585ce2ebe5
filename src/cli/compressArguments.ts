import {
  COMMON_OPTIONS,
  parsedOptions,
  SOLVER_OPTIONS,
  SOLVER_USAGE,
  solverArguments,
  type SolverArguments,
} from './commandOptions.ts';
import { UsageError } from './exitCode.ts';

export const COMPRESS_USAGE = `Usage: eigenscope compress MODEL --plan PLAN.eigenplan.json -o OUT.onnx [options]

Applies a plan: writes a new model in which each weight is as the plan says, and all else is as it was,
byte for byte. MODEL is never changed. The new model appears whole or not at all, and only once ONNX
Runtime has loaded it, where that is installed. What was done to each layer, with its predicted and its
measured error, goes to standard error.

  --plan FILE            a plan of this very model, as eigenscope plan writes it; it may have been edited
  -o, --output FILE      the new model; weights that do not fit into it go to FILE.data
  --inputs FILE|NAME=FILE  the inputs that the plan was made with, where they lie elsewhere by now; the
                         model is run on them where the plan keeps the outputs of its weights close
  --json FILE|-          write what was done as JSON
${SOLVER_USAGE}
  --force                write over files that are there; never over MODEL or the plan
  --quiet                no table and no progress, errors only

Exit codes: 0 done, 2 unusable arguments (a plan that does not fit the model, an output that cannot be
written), 3 a model that cannot be read or that ONNX Runtime rejects, 4 a fault of ours, 130 cancelled.
`;

export interface CompressArguments extends SolverArguments {
  /** As given. */
  readonly model: string;
  readonly plan: string;
  readonly output: string;
  /** Of a calibrated plan, in the place of what it names. */
  readonly inputs: readonly string[];
  /** Where the outcome goes as JSON, `-` for standard output; undefined for nowhere. */
  readonly json: string | undefined;
  readonly force: boolean;
  readonly quiet: boolean;
}

/** Throws UsageError that names the argument. */
export function parseCompressArguments(args: readonly string[]): CompressArguments | 'help' {
  const { values, positionals } = parsedOptions(args, OPTIONS);
  if (values.help) return 'help';
  const [model, second] = positionals;
  if (model === undefined) throw new UsageError('No model was given.');
  if (second !== undefined)
    throw new UsageError(`A plan is of one model; '${second}' is one too many.`);
  if (!values.plan) throw new UsageError('No plan was given; --plan takes one.');
  if (!values.output) throw new UsageError('-o says where the new model goes.');
  if (values.output === '-')
    throw new UsageError('A model cannot go to standard output; -o takes the name of a file.');
  if (values.json === '') throw new UsageError('--json takes the name of a file, or -.');
  return {
    model,
    plan: values.plan,
    output: values.output,
    inputs: values.inputs ?? [],
    json: values.json,
    ...solverArguments(values),
    force: values.force ?? false,
    quiet: values.quiet ?? false,
  };
}

const OPTIONS = {
  plan: { type: 'string' },
  output: { type: 'string', short: 'o' },
  inputs: { type: 'string', multiple: true },
  json: { type: 'string' },
  force: { type: 'boolean' },
  ...SOLVER_OPTIONS,
  ...COMMON_OPTIONS,
} as const;
