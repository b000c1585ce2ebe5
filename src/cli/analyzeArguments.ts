import { ACCEPTANCE_FILE } from '../core/report/acceptance.ts';
import { FAIL_ON, type FailOn } from '../core/report/failOn.ts';
import {
  type BackendChoice,
  BACKENDS,
  DEFAULT_SEED,
  defaultPrecision,
  deviceConflict,
  type DeviceChoice,
} from '../engine/engineApi.ts';
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
import { FORMATS, type Format } from './reportFormats.ts';
import { wholeNumber } from './wholeNumber.ts';

export const ANALYZE_USAGE = `Usage: eigenscope analyze MODEL... [options]

Computes the full singular spectrum of every weight matrix and says what it means. A MODEL is an
ONNX file, or a folder that is searched for .onnx files. The layer table and the findings go to
standard error (one line a model where there are several); results go to files, or to standard
output where - is given. Given a folder, each model's report is DIR/MODEL.onnx.json and so on.

  --json FILE|DIR/|-     write the report as JSON
  --html FILE|DIR/|-     write the report as one self-contained page
  --csv FILE|DIR/|-      write every figure of every layer as a table
  --md FILE|DIR/|-       write the report as Markdown
  --fail-on CODE[,CODE]  exit with 1 where there is such a finding. A code is one of
                         ${codeLines()}
                         or: warning (any warning or error), error (any error)
  --baseline FILE|DIR    a JSON report made earlier: findings that it has do not fail
  --spectra              put every singular value in the report
  --mode robust|compat   compat gives WeightWatcher's figures (default robust)
  --layers GLOB          only layers whose name, tensor or id matches; commas separate globs
  --largest N            leave out matrices whose smaller side is above N: they take the longest
  --yes                  do not ask before a run of over a minute (asked on a terminal only)
  --min-eigenvalues N    leave out matrices with fewer (default 10)
  --seed N               of the shuffles (default ${DEFAULT_SEED})
  --precision exact|fast fast computes large matrices in float32, within 2e-6 of the largest
                         singular value (default exact: float64)
  --device NAME          auto, cpu, gpu or a part of an adapter's name: a GPU shares the work in
                         fast precision, which is the default where one is asked for (default: auto)
  --backend NAME         what multiplies matrices: ${BACKENDS.join(', ')} (default: auto,
                         the fastest that this machine has)
${SOLVER_USAGE}
  --force                write over a file that is not a report of ours
  --quiet                no table and no progress, errors only

Findings that ${ACCEPTANCE_FILE} accepts never fail; it lies beside the model or in a folder above, up to
the root of the repository: { "accepted": [{ "layer": GLOB, "code": CODE, "reason": TEXT }] }

Exit codes: 0 done, 1 a finding that --fail-on names, 2 unusable arguments, 3 a checkpoint that
cannot be read, 4 a fault of ours, 130 cancelled; of several models the worst.
`;

function codeLines(): string {
  const codes = FAIL_ON.filter((each) => each !== 'warning' && each !== 'error');
  const lines: string[] = [];
  for (const code of codes) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + code.length < 66)
      lines[lines.length - 1] = `${last}, ${code}`;
    else lines.push(code);
  }
  return lines.join(`,\n${' '.repeat(25)}`);
}

/** A report that was asked for: where to, `-` for standard output. */
export interface Output {
  readonly format: Format;
  readonly target: string;
}

export interface AnalyzeArguments extends SolverArguments {
  /** Files and folders, as given. */
  readonly models: readonly string[];
  readonly outputs: readonly Output[];
  /** Empty where nothing fails. */
  readonly failOn: readonly FailOn[];
  /** A report, or a folder of reports. */
  readonly baseline: string | undefined;
  readonly spectra: boolean;
  readonly mode: 'robust' | 'compat';
  readonly precision: 'exact' | 'fast';
  readonly device: DeviceChoice;
  readonly backend: BackendChoice;
  readonly layers: string;
  /** Largest smaller side of a matrix; 0 for any. */
  readonly largest: number;
  readonly yes: boolean;
  readonly minEigenvalues: number;
  readonly seed: number;
  readonly force: boolean;
  readonly quiet: boolean;
}

/** Throws UsageError that names the argument. */
export function parseAnalyzeArguments(args: readonly string[]): AnalyzeArguments | 'help' {
  const { values, positionals } = parsedOptions(args, OPTIONS);
  if (values.help) return 'help';
  if (positionals.length === 0) throw new UsageError('No model was given.');
  const mode = oneOf('--mode', values.mode, ['robust', 'compat'] as const, 'robust');
  const failOn = failOnOf(values['fail-on']);
  if (values.baseline !== undefined && failOn.length === 0)
    throw new UsageError('--baseline says what --fail-on need not count; give --fail-on too.');
  return {
    models: positionals,
    outputs: outputsOf(values),
    failOn,
    baseline: values.baseline,
    spectra: values.spectra ?? false,
    mode,
    ...computedBy(values),
    backend: oneOf('--backend', values.backend, ['auto', ...BACKENDS] as const, 'auto'),
    layers: values.layers ?? '',
    largest: wholeNumber('--largest', values.largest, 0, 1),
    yes: values.yes ?? false,
    minEigenvalues: wholeNumber('--min-eigenvalues', values['min-eigenvalues'], 10, 1),
    seed: wholeNumber('--seed', values.seed, DEFAULT_SEED, 0),
    ...solverArguments(values),
    force: values.force ?? false,
    quiet: values.quiet ?? false,
  };
}

function outputsOf(values: Readonly<Partial<Record<Format, string>>>): Output[] {
  const outputs = FORMATS.flatMap((format) => {
    const target = values[format];
    if (target === '')
      throw new UsageError(`--${format} takes the name of a file or folder, or -.`);
    return target === undefined ? [] : [{ format, target }];
  });
  const [first, second] = outputs.filter(({ target }) => target === '-');
  if (first && second)
    throw new UsageError(
      `Only one of --${first.format} and --${second.format} can go to standard output.`,
    );
  return outputs;
}

function computedBy({
  device = 'auto',
  precision: asked,
}: {
  readonly device?: string | undefined;
  readonly precision?: string | undefined;
}): Pick<AnalyzeArguments, 'device' | 'precision'> {
  if (device === '')
    throw new UsageError("--device is auto, cpu, gpu or a part of an adapter's name, not empty.");
  const precision = oneOf(
    '--precision',
    asked,
    ['exact', 'fast'] as const,
    defaultPrecision(device),
  );
  const conflict = deviceConflict(device, precision);
  if (conflict !== undefined) throw new UsageError(conflict);
  return { device, precision };
}

function failOnOf(text: string | undefined): FailOn[] {
  if (text === undefined) return [];
  return text.split(',').map((each) => {
    const code = FAIL_ON.find((known) => known === each.trim());
    if (code === undefined)
      throw new UsageError(`--fail-on takes ${FAIL_ON.join(', ')}, not '${each.trim()}'.`);
    return code;
  });
}

const OPTIONS = {
  json: { type: 'string' },
  html: { type: 'string' },
  csv: { type: 'string' },
  md: { type: 'string' },
  'fail-on': { type: 'string' },
  baseline: { type: 'string' },
  spectra: { type: 'boolean' },
  mode: { type: 'string' },
  precision: { type: 'string' },
  device: { type: 'string' },
  backend: { type: 'string' },
  layers: { type: 'string' },
  largest: { type: 'string' },
  yes: { type: 'boolean' },
  'min-eigenvalues': { type: 'string' },
  seed: { type: 'string' },
  force: { type: 'boolean' },
  ...SOLVER_OPTIONS,
  ...COMMON_OPTIONS,
} as const;
