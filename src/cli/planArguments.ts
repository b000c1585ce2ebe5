import type { PlanMethod } from '../core/plan/plan.ts';
import {
  ALPHA_ESTIMATORS,
  DEFAULT_PLAN_SETTINGS,
  METHODS_OF,
  TARGETS_OF,
  type PlanRequest,
  type PlanSettings,
} from '../core/plan/planRequest.ts';
import { parseTarget } from '../core/plan/planTarget.ts';
import { PLAN_AXES, type PlanAxis } from '../core/plan/planWeight.ts';
import { PRUNING_PATTERNS } from '../core/plan/sparsityPlanner.ts';
import { DEFAULT_SEED, type CalibrationRequest } from '../engine/engineApi.ts';
import {
  COMMON_OPTIONS,
  parsedOptions,
  SOLVER_OPTIONS,
  SOLVER_USAGE,
  solverArguments,
  type SolverArguments,
} from './commandOptions.ts';
import { dimensions } from './dimensionLengths.ts';
import { UsageError } from './exitCode.ts';
import { oneOf } from './oneOf.ts';
import {
  INPUT_OPTIONS,
  SEARCH_OPTIONS,
  SEARCH_USAGE,
  searchArguments,
  type SearchArguments,
} from './searchArguments.ts';
import { wholeNumber } from './wholeNumber.ts';

const { epsilon, highest } = DEFAULT_PLAN_SETTINGS;

/** What the options of the settings do, a line each. */
export const SETTINGS_USAGE = `  --scale SCALE          errors relative to each weight's norm, or absolute (default relative)
  --multiple N           ranks are multiples of N (default 1)
  --min-ratio X          welore: factorise only where more than this share of the ranks goes (default 0)
  --pattern PATTERN      sparsity: ${PRUNING_PATTERNS.join(', ')} (default unstructured)
  --alpha ESTIMATOR      of the alpha maps: ${ALPHA_ESTIMATORS.join(', ')} (default hill)
  --epsilon X            of the alpha maps: shares from 1 - X to 1 + X of the target (default ${epsilon})
  --per-layer            alpha maps give each layer its own alpha, not its block's mean
  --highest X            sparsity: no weight gets more zeros than this share (default ${highest})
  --alpha-weighting      bits: errors of heavy-tailed weights count more`;

export const PLAN_USAGE = `Usage: eigenscope plan MODEL --axis AXIS --target KIND=VALUE -o PLAN.eigenplan.json [options]

Says what to do with each weight so that a target is met with the least predicted error. Nothing is
changed: the plan is a file to be read, edited and applied. The table of layers goes to standard error.

  --axis AXIS            ${PLAN_AXES.join(', ')}
  --target KIND=VALUE    up to 1 a share of the original, above 1 an amount; bits are a value's
                         mean, with its scales and padding (8 bits take 8.1 to 9). By axis:
${PLAN_AXES.map((axis) => `                           ${axis}: ${TARGETS_OF[axis].join(', ')}`).join('\n')}
  --method METHOD        by axis, the first the default:
${PLAN_AXES.map((axis) => `                           ${axis}: ${METHODS_OF[axis].join(', ')}`).join('\n')}
                           search, on every axis: see below
  -o, --output FILE|-    where the plan goes; - for standard output
  --from PLAN            an earlier plan of the model, whose locked layers keep their actions
${SETTINGS_USAGE}
  --inputs FILE|NAME=FILE  run the model on these (.npz, .npy, .pb, .json, a folder of ONNX test data;
                         may be given again) and go by the outputs of its weights: ranks and factors
                         that keep these close, zeros by magnitude times the norm of the input
  --rows                 every row of the first axis of the inputs is a sample by itself
  --samples N            at most so many samples of the inputs; without --inputs so many of seeded
                         noise, which is weak evidence
  --dims NAME=N[,NAME=N] lengths of symbolic axes of the noise
  --sensitivity measured each weight's error counts as it changes the outputs of the model (measured
                         one weight at a time, at several levels: slow)
  --seed N               kept in the plan; of a search and of seeded noise (default ${DEFAULT_SEED})
${SOLVER_USAGE}
  --force                write over a file that is there
  --quiet                no table and no progress, errors only

${SEARCH_USAGE}
Exit codes: 0 done, 2 unusable arguments or inputs (a target that cannot be met: the message says what
can), 3 a checkpoint that cannot be read or run, 4 a fault of ours, 130 cancelled.
`;

export interface PlanArguments extends SolverArguments {
  /** As given. */
  readonly model: string;
  readonly request: PlanRequest;
  /** What to run the model on; undefined where the weights alone are looked at. */
  readonly calibrate: CalibrationRequest | undefined;
  /** `-` for standard output. */
  readonly output: string;
  readonly from: string | undefined;
  readonly force: boolean;
  readonly quiet: boolean;
  /** Of --method search; its request is that of the plan to begin with. */
  readonly search: SearchArguments | undefined;
}

/** Throws UsageError that names the argument, and TargetError for a target that makes no sense. */
export function parsePlanArguments(args: readonly string[]): PlanArguments | 'help' {
  const { values, positionals } = parsedOptions(args, OPTIONS);
  if (values.help) return 'help';
  const [model, second] = positionals;
  if (model === undefined) throw new UsageError('No model was given.');
  if (second !== undefined)
    throw new UsageError(`A plan is of one model; '${second}' is one too many.`);
  const axis = oneOf('--axis', values.axis, PLAN_AXES, undefined);
  if (values.target === undefined)
    throw new UsageError('No --target was given; such as --target parameters=0.7.');
  if (!values.output) throw new UsageError('-o says where the plan goes; - for standard output.');
  return {
    model,
    request: {
      axis,
      method: methodOf(axis, values.method === 'search' ? values.start : values.method),
      target: parseTarget(values.target),
      settings: settingsOf(values),
      seed: wholeNumber('--seed', values.seed, DEFAULT_SEED, 0),
    },
    calibrate: values.method === 'search' ? undefined : calibrationOf(values),
    output: values.output,
    from: values.from,
    ...solverArguments(values),
    force: values.force ?? false,
    quiet: values.quiet ?? false,
    search: searchArguments(values.method, values),
  };
}

function calibrationOf(
  values: ReturnType<typeof parsedOptions<typeof OPTIONS>>['values'],
): CalibrationRequest | undefined {
  const { inputs = [], samples, rows = false, dims = [], sensitivity } = values;
  if (sensitivity !== undefined && sensitivity !== 'measured')
    throw new UsageError(
      `--sensitivity is measured, not '${sensitivity}'; without it all weights count alike.`,
    );
  const wanted = inputs.length > 0 || samples !== undefined || sensitivity !== undefined;
  if (!wanted) {
    const alone = rows ? '--rows' : dims.length > 0 ? '--dims' : undefined;
    if (alone)
      throw new UsageError(
        `${alone} says how inputs are read; give --inputs FILE, or --samples N for noise.`,
      );
    return undefined;
  }
  return {
    inputs,
    rows,
    samples: wholeNumber('--samples', samples, 0, 1),
    seed: wholeNumber('--seed', values.seed, DEFAULT_SEED, 0),
    dims: dimensions(dims),
    sensitivity: sensitivity === 'measured',
  };
}

function methodOf(axis: PlanAxis, text: string | undefined): PlanMethod {
  return oneOf(`--method of the axis ${axis}`, text, METHODS_OF[axis], METHODS_OF[axis][0]);
}

/** Options of whatever makes plans. */
export const SETTING_OPTIONS = {
  scale: { type: 'string' },
  multiple: { type: 'string' },
  'min-ratio': { type: 'string' },
  pattern: { type: 'string' },
  alpha: { type: 'string' },
  epsilon: { type: 'string' },
  'per-layer': { type: 'boolean' },
  highest: { type: 'string' },
  'alpha-weighting': { type: 'boolean' },
} as const;

type SettingValues = {
  readonly [K in keyof typeof SETTING_OPTIONS]?:
    ((typeof SETTING_OPTIONS)[K]['type'] extends 'string' ? string : boolean) | undefined;
};

/** Throws UsageError that names the option. */
export function settingsOf(values: SettingValues): PlanSettings {
  const fallback = DEFAULT_PLAN_SETTINGS;
  return {
    multiple: wholeNumber('--multiple', values.multiple, fallback.multiple, 1),
    minRatio: decimal('--min-ratio', values['min-ratio'], fallback.minRatio),
    scale: oneOf('--scale', values.scale, ['relative', 'absolute'] as const, fallback.scale),
    pattern: oneOf('--pattern', values.pattern, PRUNING_PATTERNS, fallback.pattern),
    estimator: oneOf('--alpha', values.alpha, ALPHA_ESTIMATORS, fallback.estimator),
    epsilon: decimal('--epsilon', values.epsilon, fallback.epsilon),
    byBlock: values['per-layer'] ? false : fallback.byBlock,
    highest: decimal('--highest', values.highest, fallback.highest),
    alphaWeighting: values['alpha-weighting'] ?? fallback.alphaWeighting,
  };
}

function decimal(option: string, text: string | undefined, absent: number): number {
  if (text === undefined) return absent;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value))
    throw new UsageError(`${option} is a number, not '${text}'.`);
  return value;
}

const OPTIONS = {
  axis: { type: 'string' },
  target: { type: 'string' },
  method: { type: 'string' },
  output: { type: 'string', short: 'o' },
  from: { type: 'string' },
  ...SETTING_OPTIONS,
  seed: { type: 'string' },
  force: { type: 'boolean' },
  ...SOLVER_OPTIONS,
  ...COMMON_OPTIONS,
  sensitivity: { type: 'string' },
  ...INPUT_OPTIONS,
  ...SEARCH_OPTIONS,
} as const;
