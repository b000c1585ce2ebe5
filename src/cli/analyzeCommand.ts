import * as path from 'node:path';
import type { Report } from '../core/report/report.ts';
import { createEngineClient } from '../engine/client.ts';
import { ANALYZE_USAGE, parseAnalyzeArguments, type AnalyzeArguments } from './analyzeArguments.ts';
import { EXIT } from './exitCode.ts';
import { findingLines, layerTable } from './layerTable.ts';
import { ProgressBar } from './progressBar.ts';
import { checkOutput, writeWhole } from './reportFiles.ts';
import { formatted } from './reportFormats.ts';
import { printable } from './textTable.ts';

export interface CommandContext {
  /** Folder of the engine and the panel. */
  readonly dist: string;
  readonly version: string;
}

/** Of one code: more would bury the others; the report has them all. */
const FINDINGS_SHOWN = 8;

/** `eigenscope analyze`. Returns the exit code; throws UsageError and what the engine throws. */
export async function analyzeCommand(
  args: readonly string[],
  { dist, version }: CommandContext,
): Promise<number> {
  const given = parseAnalyzeArguments(args);
  if (given === 'help') {
    process.stdout.write(ANALYZE_USAGE);
    return EXIT.done;
  }
  for (const { target } of given.outputs)
    if (target !== '-') checkOutput(target, given.model, given.force);
  const report = await analyzed(given, dist, version);
  if (!given.quiet) process.stderr.write(`${summaryLines(report).join('\n')}\n`);
  for (const { format, target } of given.outputs) {
    const text = formatted(report, format, dist);
    if (target === '-') process.stdout.write(text);
    else writeWhole(target, text);
  }
  return EXIT.done;
}

async function analyzed(given: AnalyzeArguments, dist: string, version: string): Promise<Report> {
  const { cacheDir, workers } = given;
  const engine = createEngineClient({
    dist,
    cacheDir,
    version,
    workers,
    log: (line) => process.stderr.write(`${line}\n`),
  });
  const abort = new AbortController();
  const onInterrupt = (): void => abort.abort();
  process.once('SIGINT', onInterrupt);
  const bar = new ProgressBar(process.stderr);
  try {
    return await engine.analyze(
      {
        file: given.model,
        mode: given.mode,
        minEigenvalues: given.minEigenvalues,
        seed: given.seed,
        layers: given.layers,
        spectra: given.spectra,
        memoryLimit: given.memoryLimit,
        failed: {},
      },
      {
        signal: abort.signal,
        onProgress: (progress) => {
          if (!given.quiet) bar.show(progress);
        },
      },
    );
  } finally {
    bar.clear();
    process.off('SIGINT', onInterrupt);
    engine.dispose();
  }
}

function summaryLines(report: Report): string[] {
  const { model, summary, compute, skipped } = report;
  const findings = findingLines(report, FINDINGS_SHOWN);
  const failed = summary.failed > 0 ? `, ${summary.failed} not solved` : '';
  const cached = compute.cached > 0 ? ` (${compute.cached} from the cache)` : '';
  return [
    ...(report.layers.length > 0 ? [...layerTable(report), ''] : []),
    ...findings,
    ...(findings.length > 0 ? [''] : []),
    `${printable(path.basename(model.file))}: ${summary.analysed} matrices analysed${failed}, ${skipped.length} tensors skipped, ${compute.seconds.toFixed(1)} s on ${compute.workers} worker${compute.workers === 1 ? '' : 's'}${cached}.`,
  ];
}
