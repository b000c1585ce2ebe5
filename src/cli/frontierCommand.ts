import * as path from 'node:path';
import { frontier, type FrontierRequest } from '../core/plan/frontier.ts';
import { frontierCsv } from '../core/plan/frontierCsv.ts';
import { frontierHtml } from '../core/plan/frontierHtml.ts';
import { frontierReport, type FrontierReport } from '../core/plan/frontierReport.ts';
import { lockedActions, lockedWeights } from '../core/plan/lockedWeights.ts';
import { joinedNeeds, planNeeds } from '../core/plan/planNeeds.ts';
import { checkRequest } from '../core/plan/planRequest.ts';
import type { CommandContext } from './analyzeCommand.ts';
import { runOnEngine } from './engineRun.ts';
import { EXIT } from './exitCode.ts';
import {
  FRONTIER_USAGE,
  parseFrontierArguments,
  type FrontierArguments,
  type FrontierFormat,
} from './frontierArguments.ts';
import { frontierTable } from './frontierTable.ts';
import { lockedLayers } from './planCommand.ts';
import { ProgressBar } from './progressBar.ts';
import { checkOutput, writeWhole } from './reportFiles.ts';
import { panelAssets } from './reportFormats.ts';

/**
 * `eigenscope frontier`. Returns the exit code. Throws UsageError, TargetError and PlanError before anything is
 * solved where the arguments are at fault, ActionError for a locked layer, and what the engine throws.
 */
export async function frontierCommand(
  args: readonly string[],
  { dist, version }: CommandContext,
): Promise<number> {
  const given = parseFrontierArguments(args);
  if (given === 'help') {
    process.stdout.write(FRONTIER_USAGE);
    return EXIT.done;
  }
  const { request, outputs, quiet, cacheDir, workers } = given;
  for (const { axis, method } of request.lines)
    checkRequest({ ...request, axis, method, target: { kind: 'error', value: 0 } });
  const file = path.resolve(given.model);
  const read = given.from === undefined ? [file] : [file, given.from];
  for (const { file: output } of outputs)
    if (output !== '-') checkOutput({ file: output, makeFolder: false }, read, given.force);
  const locked = lockedActions(given.from === undefined ? [] : lockedLayers(given.from));
  const bar = new ProgressBar(process.stderr);
  return runOnEngine({ dist, version, cacheDir, workers }, async (engine, signal) => {
    try {
      const { model, weights } = await engine.planInputs(
        { ...needsOf(request), file, memoryLimit: given.memoryLimit, failed: {} },
        {
          signal,
          onProgress: (progress) => {
            if (!quiet) bar.show(progress);
          },
        },
      );
      bar.clear();
      const held = lockedWeights(weights, locked);
      const count = held.filter((weight) => weight.locked !== null).length;
      deliver(
        frontierReport(model, frontier(model, held, request), request, count, version),
        given,
        dist,
      );
      return EXIT.done;
    } finally {
      bar.clear();
    }
  });
}

function needsOf({ lines, settings }: FrontierRequest): ReturnType<typeof joinedNeeds> {
  return joinedNeeds(lines.map(({ axis, method }) => planNeeds(axis, [method], settings)));
}

function deliver(
  report: FrontierReport,
  { outputs, quiet }: FrontierArguments,
  dist: string,
): void {
  if (!quiet) process.stderr.write(`${frontierTable(report).join('\n')}\n`);
  for (const { format, file } of outputs) {
    const text = formatted(report, format, dist);
    if (file === '-') process.stdout.write(text);
    else writeWhole({ file, makeFolder: false }, text);
  }
}

function formatted(report: FrontierReport, format: FrontierFormat, dist: string): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(report, null, 1)}\n`;
    case 'csv':
      return frontierCsv(report);
    case 'html':
      return frontierHtml(report, panelAssets(dist, 'frontier'));
  }
}
