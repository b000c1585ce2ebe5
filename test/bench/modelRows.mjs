import * as fs from 'node:fs';
import * as path from 'node:path';
import { interleaved, median, round } from './interleaved.mjs';
import { wholeRun } from './wholeRun.mjs';

/**
 * Wall seconds and peak resident memory of the whole command, without a cache, for each number of workers in turn;
 * beside them the seconds that numpy takes with all cores for one svd of Gaussian matrices of the same shapes. The
 * command does more: it reads, solves a shuffled copy of each matrix and windows of it, and works out all figures.
 */
export async function commandRows(
  { dist, scratch, threaded },
  name,
  model,
  { workers = [1], repeats = 3, args = [] } = {},
) {
  const json = path.join(scratch, `${workers.join('-')}.json`);
  const command = [path.join(dist, 'cli.mjs'), 'analyze', model, '--no-cache', '--quiet', '--yes'];
  const runs = new Map(workers.map((count) => [count, []]));
  for (let k = 0; k < repeats; k++) {
    for (const count of workers) {
      const options = ['--workers', String(count), '--json', json, '--force', ...args];
      runs.get(count).push(await wholeRun(process.execPath, [...command, ...options]));
    }
  }
  const numpy = threaded ? await numpySeconds(threaded, json, repeats) : null;
  const seconds = (count) => median(runs.get(count).map((run) => run.seconds));
  return workers.flatMap((count) => {
    const label = `${name}, ${count} ${count === 1 ? 'worker' : 'workers'}`;
    const megabytes = runs
      .get(count)
      .map((run) => run.megabytes)
      .filter((each) => each !== null);
    return [
      {
        name: label,
        unit: 's',
        median: round(seconds(count)),
        numpy,
        ratio: numpy === null ? null : round(seconds(count) / numpy),
        'times one worker':
          count === workers[0] ? null : round(seconds(workers[0]) / seconds(count)),
      },
      {
        name: `${label}, peak resident memory`,
        unit: 'MB',
        median: megabytes.length === 0 ? null : round(median(megabytes)),
      },
    ];
  });
}

async function numpySeconds(program, json, repeats) {
  const counts = new Map();
  for (const { rows, cols, matrices, status } of JSON.parse(fs.readFileSync(json, 'utf8')).layers) {
    if (status !== 'ok') continue;
    const shape = `${rows}x${cols}`;
    counts.set(shape, (counts.get(shape) ?? 0) + matrices);
  }
  const shapes = [...counts].map(([shape, count]) => `${shape}x${count}`).join(',');
  const question = { numpy: { programs: [program], line: `shapes ${shapes}` } };
  const { numpy } = await interleaved(question, repeats);
  return round(median(numpy) / 1000);
}
