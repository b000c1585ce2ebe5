import * as path from 'node:path';
import {
  DEFAULT_POINTS,
  frontierLines,
  MOST_POINTS,
  type FrontierLine,
  type FrontierRequest,
} from '../core/plan/frontier.ts';
import { PLAN_METHODS } from '../core/plan/plan.ts';
import { METHODS_OF } from '../core/plan/planRequest.ts';
import { PLAN_AXES } from '../core/plan/planWeight.ts';
import { DEFAULT_SEED } from '../engine/engineApi.ts';
import {
  COMMON_OPTIONS,
  parsedOptions,
  SOLVER_OPTIONS,
  SOLVER_USAGE,
  solverArguments,
  type SolverArguments,
} from './commandOptions.ts';
import { UsageError } from './exitCode.ts';
import { oneOf } from './oneOf.ts';
import { SETTING_OPTIONS, settingsOf, SETTINGS_USAGE } from './planArguments.ts';
import { wholeNumber } from './wholeNumber.ts';

export const FRONTIER_USAGE = `Usage: eigenscope frontier MODEL [options]

Predicted error against size: of every method the plans for the same sizes. Nothing is changed and nothing
run. The table goes to standard error, with a star at each point that no other betters.

  --axis AXIS[,AXIS]     ${PLAN_AXES.join(', ')} (default: all)
  --methods M[,M]        only these, of the axes that have them (default: all):
${PLAN_AXES.map((axis) => `                           ${axis}: ${METHODS_OF[axis].join(', ')}`).join('\n')}
  --points N             targets of each method, up to ${MOST_POINTS} (default ${DEFAULT_POINTS})
  --json FILE|-          all figures, by the schema eigenscope.frontier/1; - for standard output
  --csv FILE|-           the points, a line each
  --html FILE|-          the chart and its table as one page that needs no other file
  --from PLAN            an earlier plan of the model, whose locked layers keep their actions
${SETTINGS_USAGE}
  --seed N               kept in the figures (default ${DEFAULT_SEED})
${SOLVER_USAGE}
  --force                write over a file that is no such report
  --quiet                no table and no progress, errors only

Exit codes: 0 done, 2 unusable arguments, 3 a checkpoint that cannot be read, 4 a fault of ours, 130
cancelled.
`;

export const FRONTIER_FORMATS = ['json', 'csv', 'html'] as const;

export type FrontierFormat = (typeof FRONTIER_FORMATS)[number];

export interface FrontierArguments extends SolverArguments {
  /** As given. */
  readonly model: string;
  readonly request: FrontierRequest;
  /** `-` for standard output. */
  readonly outputs: readonly { readonly format: FrontierFormat; readonly file: string }[];
  readonly from: string | undefined;
  readonly force: boolean;
  readonly quiet: boolean;
}

/** Throws UsageError that names the argument. */
export function parseFrontierArguments(args: readonly string[]): FrontierArguments | 'help' {
  const { values, positionals } = parsedOptions(args, OPTIONS);
  if (values.help) return 'help';
  const [model, second] = positionals;
  if (model === undefined) throw new UsageError('No model was given.');
  if (second !== undefined)
    throw new UsageError(`A frontier is of one model; '${second}' is one too many.`);
  const points = wholeNumber('--points', values.points, DEFAULT_POINTS, 1);
  if (points > MOST_POINTS)
    throw new UsageError(`--points is at most ${MOST_POINTS}, not ${points}.`);
  return {
    model,
    request: {
      lines: linesOf(values.axis, values.methods),
      points,
      settings: settingsOf(values),
      seed: wholeNumber('--seed', values.seed, DEFAULT_SEED, 0),
    },
    outputs: outputsOf(values),
    from: values.from,
    ...solverArguments(values),
    force: values.force ?? false,
    quiet: values.quiet ?? false,
  };
}

function linesOf(axes: string | undefined, methods: string | undefined): readonly FrontierLine[] {
  const chosenAxes = listed('--axis', axes, PLAN_AXES);
  const chosen = listed('--methods', methods, PLAN_METHODS);
  const lines = frontierLines(chosenAxes).filter(({ method }) => chosen.includes(method));
  for (const method of chosen)
    if (methods !== undefined && !lines.some((line) => line.method === method))
      throw new UsageError(`--methods: the axis ${chosenAxes.join(', ')} has no '${method}'.`);
  return lines;
}

/** All that are allowed where nothing is given; each once, in the order of `allowed`. */
function listed<T extends string>(
  option: string,
  text: string | undefined,
  allowed: readonly T[],
): readonly T[] {
  if (text === undefined) return allowed;
  const given = text.split(',').map((each) => oneOf(option, each.trim(), allowed, undefined));
  return allowed.filter((each) => given.includes(each));
}

function outputsOf(
  values: Readonly<Partial<Record<FrontierFormat, string>>>,
): FrontierArguments['outputs'] {
  const outputs = FRONTIER_FORMATS.flatMap((format) => {
    const file = values[format];
    if (file === '') throw new UsageError(`--${format} is a file, or - for standard output.`);
    return file === undefined ? [] : [{ format, file }];
  });
  const seen = new Map<string, FrontierFormat>();
  for (const { format, file } of outputs) {
    const place = file === '-' ? file : path.resolve(file);
    const other = seen.get(place);
    if (other) throw new UsageError(`--${other} and --${format} would both be written to ${file}.`);
    seen.set(place, format);
  }
  return outputs;
}

const OPTIONS = {
  axis: { type: 'string' },
  methods: { type: 'string' },
  points: { type: 'string' },
  json: { type: 'string' },
  csv: { type: 'string' },
  html: { type: 'string' },
  from: { type: 'string' },
  ...SETTING_OPTIONS,
  seed: { type: 'string' },
  force: { type: 'boolean' },
  ...SOLVER_OPTIONS,
  ...COMMON_OPTIONS,
} as const;
