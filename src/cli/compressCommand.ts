import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Plan } from '../core/plan/plan.ts';
import type { Compression } from '../core/report/compression/compression.ts';
import type { CompressProgress } from '../engine/engineApi.ts';
import type { CommandContext } from './analyzeCommand.ts';
import {
  COMPRESS_USAGE,
  parseCompressArguments,
  type CompressArguments,
} from './compressArguments.ts';
import { compressionLines } from './compressionTable.ts';
import { runOnEngine } from './engineRun.ts';
import { EXIT, UsageError } from './exitCode.ts';
import { readPlanFile } from './planFile.ts';
import { checkOutput, checkPlace, writeWhole } from './reportFiles.ts';
import { StatusLine } from './statusLine.ts';
import { printable } from './textTable.ts';

/**
 * `eigenscope compress`. Returns the exit code. Throws UsageError and PlanError before anything is done where
 * the arguments are at fault, and what the engine throws.
 */
export async function compressCommand(
  args: readonly string[],
  { dist, version }: CommandContext,
): Promise<number> {
  const given = parseCompressArguments(args);
  if (given === 'help') {
    process.stdout.write(COMPRESS_USAGE);
    return EXIT.done;
  }
  const { cacheDir, workers, memoryLimit, quiet, force } = given;
  checkPlaces(given);
  const plan = readPlanFile(given.plan);
  const request = {
    file: path.resolve(given.model),
    plan,
    planFile: given.plan,
    inputs: given.inputs,
    output: path.resolve(given.output),
    replace: force,
    memoryLimit,
  };
  const line = new StatusLine(process.stderr);
  return runOnEngine({ dist, version, cacheDir, workers }, async (engine, signal) => {
    try {
      const compression = await engine.compress(request, {
        signal,
        onProgress: (progress) => {
          if (!quiet) line.show(progressText(progress));
        },
      });
      line.clear();
      deliver(compression, plan, given);
      return EXIT.done;
    } finally {
      line.clear();
    }
  });
}

/** What is the model's is for the engine to tell: it knows all of its files. */
function checkPlaces({ model, plan, output, json, force }: CompressArguments): void {
  if (isSame(output, plan))
    throw new UsageError(`${output} is the plan itself; give the new model another name.`);
  if (json === undefined || json === '-') return;
  if (isSame(json, output))
    throw new UsageError(`--json and -o would both be written to ${output}.`);
  checkPlace({ file: json, makeFolder: false }, [model]);
  if (isSame(json, plan)) throw new UsageError(`${json} is the plan itself; give another name.`);
  checkOutput({ file: json, makeFolder: false }, [model, plan], force);
}

function isSame(a: string, b: string): boolean {
  if (path.resolve(a) === path.resolve(b)) return true;
  const [known, other] = [a, b].map((file) => fs.statSync(file, { throwIfNoEntry: false }));
  return (
    known !== undefined && other !== undefined && known.ino === other.ino && known.dev === other.dev
  );
}

function progressText({ phase, done, total, layer }: CompressProgress): string {
  const now = layer === '' ? '' : `, ${printable(layer)}`;
  switch (phase) {
    case 'running':
      return `run ${done + 1} of ${total} on the plan's inputs`;
    case 'solving':
      return `${done}/${total} spectra${now}`;
    case 'writing':
      return `${done}/${total} layers written${now}`;
    case 'checking':
      return 'ONNX Runtime loads the new model';
  }
}

function deliver(compression: Compression, plan: Plan, { json, quiet }: CompressArguments): void {
  if (!quiet) process.stderr.write(`${compressionLines(compression, plan).join('\n')}\n`);
  if (json === undefined) return;
  const text = `${JSON.stringify(compression, null, 2)}\n`;
  if (json === '-') process.stdout.write(text);
  else writeWhole({ file: json, makeFolder: false }, text);
}
