import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

/** The report that the command line makes of a model, solved afresh. */
export async function commandLineReport(dist, model) {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [path.join(dist, 'cli.mjs'), 'analyze', model, '--json', '-', '--no-cache', '--quiet'],
    { maxBuffer: 2 ** 28 },
  );
  return JSON.parse(stdout);
}
