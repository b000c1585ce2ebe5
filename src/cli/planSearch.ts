import * as fs from 'node:fs';
import * as path from 'node:path';
import { actionOf } from '../core/plan/action.ts';
import { parsePlan } from '../core/plan/parsePlan.ts';
import { parseSearchState } from '../core/plan/searchState.ts';
import type { EngineClient } from '../engine/client.ts';
import type { PlanModelRequest, SearchProgress, SearchResult } from '../engine/engineApi.ts';
import { UsageError } from './exitCode.ts';
import type { PlanArguments } from './planArguments.ts';
import { progressLine } from './progressBar.ts';
import { checkPlace } from './reportFiles.ts';
import type { SearchArguments } from './searchArguments.ts';
import { counted } from '../core/report/counted.ts';

/** `model.eigenplan.json` is searched for in `model.search.json`; empty for a plan that goes to standard output. */
export function stateFileOf(output: string): string {
  return output === '-' ? '' : `${output.replace(/(\.eigenplan)?\.json$/, '')}.search.json`;
}

/** Throws UsageError where the state cannot be kept, or would go over that of another search. */
export function checkStatePlace(
  output: string,
  model: string,
  { force, search }: Pick<PlanArguments, 'force' | 'search'>,
): void {
  const file = stateFileOf(output);
  const resume = search?.resume ?? false;
  if (file === '') {
    if (resume)
      throw new UsageError('--resume goes on from the file beside the plan; give one with -o.');
    return;
  }
  checkPlace({ file, makeFolder: false }, [model]);
  const known = fs.existsSync(file);
  if (resume && !known)
    throw new UsageError(`There is no search to go on with: ${file} does not exist.`);
  if (known && !resume && !force)
    throw new UsageError(
      `${file} is there from an earlier search; --resume goes on with that, --force begins anew.`,
    );
}

/** Whether a plan is the one that the search beside it has written, and nobody has changed its actions since. */
export function isPlanOfSearch(output: string): boolean {
  const stateFile = stateFileOf(output);
  try {
    const plan = parsePlan(fs.readFileSync(output, 'utf8'), output);
    const { actions } = parseSearchState(fs.readFileSync(stateFile, 'utf8'), stateFile);
    const planned = plan.layers.map((layer) => ({ id: layer.id, action: actionOf(layer) }));
    return plan.method === 'search' && JSON.stringify(planned) === JSON.stringify(actions);
  } catch {
    return false;
  }
}

/** Searches, with its progress on standard error. What a person cancels is not thrown once there is a plan. */
export async function searchedPlan(
  engine: EngineClient,
  request: PlanModelRequest,
  search: SearchArguments,
  { output, quiet }: Pick<PlanArguments, 'output' | 'quiet'>,
  signal: AbortSignal,
): Promise<SearchResult> {
  const line = new SearchLine(process.stderr);
  const stateFile = stateFileOf(output);
  try {
    const result = await engine.search(
      { ...request, ...search, stateFile: stateFile && path.resolve(stateFile) },
      {
        signal,
        onProgress: (progress) => {
          if (!quiet) line.show(progress);
        },
      },
    );
    line.clear();
    if (!result.finished && !quiet)
      process.stderr.write(
        `Stopped: the plan is the best so far.${stateFile === '' ? '' : ` --resume goes on from ${stateFile}.`}\n`,
      );
    return result;
  } finally {
    line.clear();
  }
}

/** One line on a terminal that is written over; nothing where there is none. */
class SearchLine {
  private drawn = false;

  constructor(private readonly stream: NodeJS.WriteStream) {}

  show(progress: SearchProgress): void {
    if (!this.stream.isTTY) return;
    const width = this.stream.columns || 80;
    this.stream.write(`\r\u001b[K${searchLine(progress).slice(0, width - 1)}`);
    this.drawn = true;
  }

  clear(): void {
    if (this.drawn) this.stream.write('\r\u001b[K');
    this.drawn = false;
  }
}

/** Such as `generation 12/100, 384 plans, error 0.041 of 0.052 (held out 0.043 of 0.051)`. */
export function searchLine(progress: SearchProgress): string {
  switch (progress.phase) {
    case 'weights':
      return progressLine(progress.weights);
    case 'samples':
      return `${progress.done}/${progress.total} samples run through the original`;
    case 'search': {
      const { generation, generations, evaluations, scored, heldOut } = progress;
      const of = ({ start, best }: { readonly start: number; readonly best: number }): string =>
        `${best.toPrecision(3)} of ${start.toPrecision(3)}`;
      return `generation ${generation}/${generations}, ${counted(evaluations, 'plan')}, error ${of(scored)} (held out ${of(heldOut)})`;
    }
  }
}
