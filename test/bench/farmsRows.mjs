import * as path from 'node:path';
import { interleaved, median, ratioOf, round } from './interleaved.mjs';

/**
 * FARMS windows of a Gaussian layer, all cores against all cores, by the clock: one of our solvers on each core,
 * as the engine runs them, each with its share of the windows, and a numpy of one thread on each core with the
 * same. Of the windows that the setting has, `perCore` for each core are taken, drawn with a seed, and timed.
 *
 * @param tools `ours` and `python`: one program for each core; `takesOrt`: whether the engine does
 * @param settings each `{ layer, rowSamples, perSide, perCore, repeats, target }`: a square layer, square windows
 */
export async function farmsRows({ ours, python, scratch, takesOrt }, settings) {
  const rows = [];
  for (const { layer, rowSamples, perSide, perCore, repeats, target = null } of settings) {
    const file = path.join(scratch, `layer-${layer}.bin`);
    await ours[0].ask(`layer ${file} ${layer}`);
    const asked = `starts ${layer} ${rowSamples} ${perSide} ${perCore * ours.length}`;
    const { all, drawn } = JSON.parse(await ours[0].ask(asked));
    const questions = {};
    const line = (k, ...rest) => {
      const own = drawn.filter((_, each) => each % ours.length === k);
      const places = own.map((start) => start.join(',')).join(';');
      return ['windows', file, layer, rowSamples, places, ...rest].join(' ');
    };
    for (const precision of ['exact', 'fast'])
      for (const backend of takesOrt ? ['ort', 'wasm'] : ['wasm'])
        questions[`${precision}, ${backend}`] = {
          programs: ours,
          lines: ours.map((_, k) => line(k, precision, backend)),
        };
    if (python.length > 0)
      questions.numpy = { programs: python, lines: python.map((_, k) => line(k, 'svd')) };
    const { numpy, ...times } = await interleaved(questions, repeats);
    for (const [name, list] of Object.entries(times)) {
      if (list.length === 0) continue;
      rows.push({
        name: `${rowSamples}-row windows, Q = 1, ${perSide} x ${perSide}, of ${layer} x ${layer}: ${drawn.length} of the ${all}, ${name}, ${ours.length} cores`,
        unit: 'ms',
        median: round(median(list)),
        numpy: numpy ? round(median(numpy)) : null,
        ratio: ratioOf(list, numpy),
        target,
      });
    }
  }
  return rows;
}
