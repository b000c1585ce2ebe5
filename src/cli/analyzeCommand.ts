import * as path from 'node:path';
import { acceptedFindings, type Acceptance } from '../core/report/acceptance.ts';
import { failVerdict } from '../core/report/failOn.ts';
import type { Report } from '../core/report/report.ts';
import type { EngineClient } from '../engine/client.ts';
import { ANALYZE_USAGE, parseAnalyzeArguments, type AnalyzeArguments } from './analyzeArguments.ts';
import { runOnEngine } from './engineRun.ts';
import { errorText, EXIT, exitCodeOf } from './exitCode.ts';
import { acceptanceFor, baselineFor } from './failCriteria.ts';
import { selectLayers } from './layerSelection.ts';
import { findModels, type ModelFile } from './modelFiles.ts';
import { ProgressBar } from './progressBar.ts';
import { checkOutput, writeWhole } from './reportFiles.ts';
import { formatted } from './reportFormats.ts';
import { reportTargets, type ReportTarget } from './reportTargets.ts';
import { summaryLine, summaryLines, verdictLines } from './summaryLines.ts';

export interface CommandContext {
  /** Folder of the engine and the panel. */
  readonly dist: string;
  readonly version: string;
}

/** One model and all that was asked about it, read and checked before any is analyzed. */
interface Run {
  readonly model: ModelFile;
  /** Whether it is one of several, of which each has one line. */
  readonly several: boolean;
  readonly targets: readonly ReportTarget[];
  readonly baseline: Report | undefined;
  readonly acceptance: Acceptance;
}

/**
 * `eigenscope analyze`. Returns the exit code, of several models the worst: one that cannot be analyzed
 * does not keep the others from it. Throws UsageError, NoModelError, and of one model what the engine throws.
 */
export async function analyzeCommand(
  args: readonly string[],
  { dist, version }: CommandContext,
): Promise<number> {
  const given = parseAnalyzeArguments(args);
  if (given === 'help') {
    process.stdout.write(ANALYZE_USAGE);
    return EXIT.done;
  }
  const runs = plannedRuns(given);
  const { cacheDir, workers, backend } = given;
  return runOnEngine({ dist, version, cacheDir, workers, backend }, async (engine, signal) => {
    let worst: number = EXIT.done;
    for (const run of runs) {
      const report = await reportOf(run, given, engine, signal);
      const code = typeof report === 'number' ? report : deliver(report, run, given, dist);
      worst = Math.max(worst, code);
    }
    return worst;
  });
}

function plannedRuns(given: AnalyzeArguments): Run[] {
  const found = findModels(given.models);
  const targets = reportTargets(given.outputs, found);
  const files = found.models.map(({ file }) => file);
  for (const target of targets.flat())
    if (target.file !== '-') checkOutput(target, files, given.force);
  const { several } = found;
  const { baseline, mode } = given;
  return found.models.map((model, k) => ({
    model,
    several,
    targets: targets[k]!,
    baseline: baseline === undefined ? undefined : baselineFor(baseline, model, several, mode),
    acceptance: acceptanceFor(model.file),
  }));
}

/** The report, or of one of several models that cannot be analyzed the exit code of its error, which is said. */
async function reportOf(
  run: Run,
  given: AnalyzeArguments,
  engine: EngineClient,
  signal: AbortSignal,
): Promise<Report | number> {
  const bar = new ProgressBar(process.stderr);
  const { mode, precision, device, minEigenvalues, seed, layers, spectra, memoryLimit, quiet } =
    given;
  const { file } = run.model;
  const label = run.several ? run.model.label : path.basename(file);
  try {
    const request = await selectLayers(
      {
        file,
        mode,
        precision,
        device,
        minEigenvalues,
        seed,
        layers,
        spectra,
        memoryLimit,
        failed: {},
      },
      label,
      engine,
      given,
      { input: process.stdin, output: process.stderr },
      signal,
    );
    return await engine.analyze(request, {
      signal,
      onProgress: (progress) => {
        if (!quiet) bar.show(progress);
      },
    });
  } catch (error) {
    bar.clear();
    const code = exitCodeOf(error as Error);
    if (!run.several || code === EXIT.cancelled) throw error;
    process.stderr.write(errorText(error as Error));
    return code;
  } finally {
    bar.clear();
  }
}

/** Prints and writes what was asked for. Returns the exit code. */
function deliver(report: Report, run: Run, given: AnalyzeArguments, dist: string): number {
  const { model, several, baseline } = run;
  const accepted = acceptedFindings(report, run.acceptance);
  const label = several ? model.label : path.basename(model.file);
  const lines: string[] = [];
  if (!given.quiet)
    lines.push(
      ...(several ? [summaryLine(report, label, accepted)] : summaryLines(report, label, accepted)),
    );
  const verdict = failVerdict(report, { failOn: given.failOn, baseline, accepted });
  const fails = verdict.failing.length > 0;
  if (fails || (given.failOn.length > 0 && !given.quiet))
    lines.push(...verdictLines(verdict, label, given.failOn));
  if (lines.length > 0) process.stderr.write(`${lines.join('\n')}\n`);
  for (const target of run.targets) {
    const text = formatted(report, target.format, dist);
    if (target.file === '-') process.stdout.write(text);
    else writeWhole(target, text);
  }
  return fails ? EXIT.findings : EXIT.done;
}
