import * as fs from 'node:fs';
import * as path from 'node:path';
import type { PlanLayer } from '../core/plan/plan.ts';
import { checkRequest } from '../core/plan/planRequest.ts';
import type { CommandContext } from './analyzeCommand.ts';
import { runOnEngine } from './engineRun.ts';
import { EXIT, UsageError } from './exitCode.ts';
import { parsePlanArguments, PLAN_USAGE, type PlanArguments } from './planArguments.ts';
import { readPlanFile } from './planFile.ts';
import { planLines } from './planTable.ts';
import { ProgressBar } from './progressBar.ts';
import { checkPlace, writeWhole } from './reportFiles.ts';
import { checkStatePlace, isPlanOfSearch, searchedPlan } from './planSearch.ts';

/**
 * `eigenscope plan`. Returns the exit code. Throws UsageError, TargetError and PlanError before anything is
 * solved where the arguments are at fault, and what the engine throws.
 */
export async function planCommand(
  args: readonly string[],
  { dist, version }: CommandContext,
): Promise<number> {
  const given = parsePlanArguments(args);
  if (given === 'help') {
    process.stdout.write(PLAN_USAGE);
    return EXIT.done;
  }
  checkRequest(given.request);
  const file = path.resolve(given.model);
  if (given.output !== '-') checkPlanPlace(given.output, file, given);
  if (given.search) checkStatePlace(given.output, file, given);
  const locked = given.from === undefined ? [] : lockedLayers(given.from);
  const { cacheDir, workers, memoryLimit, quiet } = given;
  const bar = new ProgressBar(process.stderr);
  return runOnEngine({ dist, version, cacheDir, workers }, async (engine, signal) => {
    const request = { ...given.request, file, memoryLimit, failed: {}, locked };
    try {
      const { plan, finished } = given.search
        ? await searchedPlan(engine, request, given.search, given, signal)
        : {
            plan: await engine.plan(request, {
              signal,
              onProgress: (progress) => {
                if (!quiet) bar.show(progress);
              },
            }),
            finished: true,
          };
      bar.clear();
      if (!quiet) process.stderr.write(`${planLines(plan).join('\n')}\n`);
      const text = `${JSON.stringify(plan, null, 2)}\n`;
      if (given.output === '-') process.stdout.write(text);
      else writeWhole({ file: given.output, makeFolder: false }, text);
      return finished ? EXIT.done : EXIT.cancelled;
    } finally {
      bar.clear();
    }
  });
}

/** Plans are edited by hand, so that not even one of ours is written over unasked. */
function checkPlanPlace(
  output: string,
  model: string,
  { force, from, search }: PlanArguments,
): void {
  checkPlace({ file: output, makeFolder: false }, [model]);
  const known = fs.existsSync(output);
  const isSource = from !== undefined && path.resolve(from) === path.resolve(output);
  const isOwn = search?.resume === true && known && isPlanOfSearch(output);
  if (known && !force && !isSource && !isOwn)
    throw new UsageError(
      `${output} exists, and a plan may have been edited by hand; give another name, or --force.`,
    );
}

/** Throws PlanError. */
export function lockedLayers(file: string): readonly PlanLayer[] {
  return readPlanFile(file).layers.filter(({ locked }) => locked);
}
