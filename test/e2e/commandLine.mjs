import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { REPOSITORY } from './artifacts.mjs';

const CLI = path.join(REPOSITORY, 'dist/cli.mjs');

/** The report that the command line makes of a model, solved afresh. */
export async function commandLineReport(model, ...options) {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [CLI, 'analyze', model, '--json', '-', '--no-cache', '--quiet', ...options],
    { maxBuffer: 2 ** 28 },
  );
  return JSON.parse(stdout);
}

/** Writes the plan that the command line makes of a model, by its options. */
export async function commandLinePlan(model, plan, ...options) {
  await promisify(execFile)(process.execPath, [
    CLI,
    'plan',
    model,
    ...options,
    '-o',
    plan,
    '--no-cache',
    '--quiet',
  ]);
}
