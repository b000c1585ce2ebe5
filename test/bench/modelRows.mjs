import * as path from 'node:path';
import { median, round } from './interleaved.mjs';
import { wholeRun } from './wholeRun.mjs';

/** Wall seconds and peak resident memory of the whole command, without a cache. */
export async function commandRows(dist, name, model, { workers = 1, repeats = 3, args = [] } = {}) {
  const command = [path.join(dist, 'cli.mjs'), 'analyze', model, '--no-cache', '--quiet', ...args];
  const runs = [];
  for (let k = 0; k < repeats; k++)
    runs.push(await wholeRun(process.execPath, [...command, '--workers', String(workers)]));
  const label = `${name}, ${workers} ${workers === 1 ? 'worker' : 'workers'}`;
  const megabytes = runs.map((run) => run.megabytes).filter((each) => each !== null);
  return [
    { name: label, unit: 's', median: round(median(runs.map((run) => run.seconds))) },
    {
      name: `${label}, peak resident memory`,
      unit: 'MB',
      median: megabytes.length === 0 ? null : round(median(megabytes)),
    },
  ];
}
