import { interleaved, median, ratioOf, round } from './interleaved.mjs';

/**
 * All cores against all cores, by the clock: as many of our solvers as there are cores, which take from a list of
 * equal matrices as the engine's do; numpy with all cores for one matrix at a time, and a numpy of one thread for each
 * core in the same way, whichever is faster. The last column is how many times faster all of ours are than one.
 *
 * @param tools `ours` and `python`: one program for each core; `threaded`: numpy with as many threads; `takesOrt`
 *   whether the engine does
 */
export async function coreRows({ ours, python, threaded, takesOrt }, sizes, repeats) {
  const rows = [];
  const backend = takesOrt ? 'ort' : 'wasm';
  for (const n of sizes) {
    const times = Math.max(1, Math.round((2048 / n) ** 2)) * ours.length;
    const line = (...rest) => [n, n, 1, ...rest].join(' ');
    for (const precision of ['exact', 'fast']) {
      const questions = {
        all: { programs: ours, line: line(precision, backend), times },
        one: { programs: ours.slice(0, 1), line: line(precision, backend), times },
        ...(python.length > 0
          ? {
              'one process a core': { programs: python, line: line('svd'), times },
              'one process': { programs: [threaded], line: line('svd'), times },
            }
          : {}),
      };
      // What small matrices take is soon disturbed, and soon measured.
      const rounds = n <= 1024 ? 3 * repeats : repeats;
      const taken = await interleaved(questions, rounds, 3);
      if (!taken.all.length) continue;
      const references = [taken['one process a core'], taken['one process']]
        .filter((list) => list?.length)
        .sort((a, b) => median(a) - median(b));
      rows.push({
        name: `${times} of ${n} x ${n}, ${precision}, ${backend}, ${ours.length} cores`,
        unit: 'ms',
        median: round(median(taken.all)),
        numpy: references.length ? round(median(references[0])) : null,
        ratio: ratioOf(taken.all, references[0]),
        'times one worker': ratioOf(taken.one, taken.all),
        'target at least': ours.length === 2 ? 1.8 : null,
      });
    }
  }
  return rows;
}
