import { interleaved, median, ratioOf, round } from './interleaved.mjs';

/**
 * All cores against all cores, by the clock: as many of our solvers as there are cores, as the engine runs them,
 * each with its share of a list of equal matrices; numpy with all cores for one matrix at a time, and a numpy of one
 * thread for each core, whichever is faster. The last column is how many times faster all of ours are than one.
 *
 * @param tools `ours` and `python`: one program for each core; `threaded`: numpy with as many threads; `takesOrt`
 *   whether the engine does
 */
export async function coreRows({ ours, python, threaded, takesOrt }, sizes, repeats) {
  const rows = [];
  const backend = takesOrt ? 'ort' : 'wasm';
  for (const n of sizes) {
    const each = Math.max(1, Math.round((2048 / n) ** 2));
    const count = each * ours.length;
    const line = (matrices, ...rest) => [n, n, matrices, ...rest].join(' ');
    for (const precision of ['exact', 'fast']) {
      const questions = {
        all: { programs: ours, line: line(each, precision, backend) },
        one: { programs: ours.slice(0, 1), line: line(count, precision, backend) },
        ...(python.length > 0
          ? {
              'one process a core': { programs: python, line: line(each, 'svd') },
              'one process': { programs: [threaded], line: line(count, 'svd') },
            }
          : {}),
      };
      const times = await interleaved(questions, repeats, Math.min(3, repeats));
      if (!times.all.length) continue;
      const references = [times['one process a core'], times['one process']]
        .filter((list) => list?.length)
        .sort((a, b) => median(a) - median(b));
      rows.push({
        name: `${count} of ${n} x ${n}, ${precision}, ${backend}, ${ours.length} cores`,
        unit: 'ms',
        median: round(median(times.all)),
        numpy: references.length ? round(median(references[0])) : null,
        ratio: ratioOf(times.all, references[0]),
        'times one worker': ratioOf(times.one, times.all),
        'target at least': ours.length === 2 ? 1.8 : null,
      });
    }
  }
  return rows;
}
