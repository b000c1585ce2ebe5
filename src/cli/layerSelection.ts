import * as readline from 'node:readline/promises';
import type { AnalyzeRequest, Estimate, EstimatedEntry } from '../engine/engineApi.ts';
import type { EngineClient } from '../engine/client.ts';
import { CancelledError } from '../protocol/cancellation.ts';
import { duration } from './progressBar.ts';
import { printable } from './textTable.ts';
import { counted } from '../core/report/counted.ts';

/** An analysis that takes longer is worth a line, and on a terminal a question. */
const ASK_ABOVE_SECONDS = 60;

/** How many of the matrices that take longest are named. */
const NAMED = 3;

export interface SelectionOptions {
  /** Leave out matrices whose smaller side is above; 0 for none. */
  readonly largest: number;
  /** Nothing is asked. */
  readonly yes: boolean;
  readonly quiet: boolean;
}

/** Where a person reads and answers. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/**
 * The request without the matrices that are too large to be wanted: by `largest`, and before a run of over a
 * minute by an answer on a terminal. Without a terminal the estimate is printed and nothing waits. Throws
 * CancelledError where the answer is no.
 */
export async function selectLayers(
  request: AnalyzeRequest,
  label: string,
  engine: Pick<EngineClient, 'estimate'>,
  { largest, yes, quiet }: SelectionOptions,
  { input, output }: Terminal,
  signal: AbortSignal,
): Promise<AnalyzeRequest> {
  const asks = input.isTTY && output.isTTY && !yes;
  if (largest === 0 && quiet && !asks) return request;
  const estimate = await engine.estimate(request, { signal });
  const wanted = notAbove(estimate, largest);
  const seconds = secondsOf(wanted);
  if (seconds <= ASK_ABOVE_SECONDS) return without(request, estimate, largest);
  if (!quiet || asks) output.write(`${estimateLines(label, wanted).join('\n')}\n`);
  if (!asks) return without(request, estimate, largest);
  const answer = await asked(wanted, { input, output }, signal);
  return without(request, estimate, answer ?? largest);
}

/** How long matrices take together: they share the workers, but none is shared by two. */
export function secondsOf({ entries, workers }: Estimate): number {
  const total = entries.reduce((sum, { seconds }) => sum + seconds, 0);
  return entries.reduce((most, { seconds }) => Math.max(most, seconds), total / workers);
}

function smallerSide({ rows, cols }: EstimatedEntry): number {
  return Math.min(rows, cols);
}

function notAbove(estimate: Estimate, largest: number): Estimate {
  if (largest === 0) return estimate;
  return { ...estimate, entries: estimate.entries.filter((e) => smallerSide(e) <= largest) };
}

function without(request: AnalyzeRequest, { entries }: Estimate, largest: number): AnalyzeRequest {
  if (largest === 0) return request;
  const above = entries.filter((entry) => smallerSide(entry) > largest);
  const leftOut = Object.fromEntries(
    above.map((entry) => [
      entry.id,
      `not selected: a ${entry.rows} x ${entry.cols} matrix, whose smaller side is above the ${largest} that was chosen`,
    ]),
  );
  return { ...request, leftOut };
}

/** What it takes, what takes longest, and how to choose. */
export function estimateLines(label: string, estimate: Estimate): string[] {
  const { entries } = estimate;
  const longest = [...entries].sort((a, b) => b.seconds - a.seconds).slice(0, NAMED);
  const names = longest.map(
    ({ name, rows, cols, seconds }) =>
      `${printable(name)} (${rows} x ${cols}, ${duration(seconds)})`,
  );
  return [
    `${printable(label)}: ${counted(entries.length, 'matrix', 'matrices')}, about ${duration(secondsOf(estimate))}.`,
    `The longest: ${names.join(', ')}.`,
    'Choose by name with --layers GLOB, or leave the large ones out with --largest N.',
  ];
}

/** The largest smaller side to analyze; undefined for all. Throws CancelledError for a no. */
async function asked(
  estimate: Estimate,
  { input, output }: Terminal,
  signal: AbortSignal,
): Promise<number | undefined> {
  const terminal = readline.createInterface({ input, output });
  const ended = new AbortController();
  for (const event of ['close', 'SIGINT']) terminal.once(event, () => ended.abort());
  const answered = AbortSignal.any([signal, ended.signal]);
  const prompt = 'Analyze all of them? [Y/n, or N for those whose smaller side is at most N] ';
  try {
    for (;;) {
      const answer = (await terminal.question(prompt, { signal: answered })).trim().toLowerCase();
      if (answer === '' || answer === 'y' || answer === 'yes') return undefined;
      if (answer === 'n' || answer === 'no') throw new CancelledError();
      const side = Number(answer);
      const kept = notAbove(estimate, side).entries.length;
      if (Number.isInteger(side) && side > 0 && kept > 0) return side;
      output.write(
        side > 0
          ? `No matrix is that small; the smallest has a side of ${Math.min(...estimate.entries.map(smallerSide))}.\n`
          : 'Answer y, n, or a whole number.\n',
      );
    }
  } catch (error) {
    // Ctrl-C, and the end of the input.
    throw (error as Error).name === 'AbortError' ? new CancelledError() : error;
  } finally {
    terminal.close();
  }
}
