import { interleaved, median, ratioOf, round } from './interleaved.mjs';

/**
 * Upper bounds of our time as a share of numpy's, one thread each, with ONNX Runtime installed, where the engine
 * takes what is faster, and without: [exact with, exact without, fast with, fast without].
 */
const TARGETS = {
  '256 x 256': [1.3, 1.5, 1.2, 1.2],
  '512 x 512': [1.0, 1.3, 0.8, 1.0],
  '1024 x 1024': [0.5, 0.9, 0.38, 0.6],
  '2048 x 2048': [0.33, 0.75, 0.24, 0.45],
  '4096 x 4096': [0.3, 0.8, 0.15, 0.4],
  '11008 x 4096': [0.45, null, 0.28, null],
};

/** Of the time of scipy's svdvals in float32: fast precision, the faster backend. */
const TARGETS_FLOAT32 = {
  '512 x 512': 1.3,
  '1000 x 1000': 0.8,
  '2048 x 2048': 0.42,
  '4096 x 4096': 0.3,
};

/** Of batches of windows, as a share of the time that numpy takes for the same batch. */
const BATCH_TARGETS = { '512 x 512': [0.57, 0.57, 0.57, 0.57] };

/**
 * The column of the targets for each row: where the engine does not take ONNX Runtime though it is there, its
 * kernels are held to what is asked of both.
 */
const columnsOf = (takesOrt) => (takesOrt ? [0, 1, 2, 3] : [null, 0, null, 2]);

/**
 * One row for each shape, precision and backend: processor time of one thread beside that of numpy's svd,
 * of scipy's float32 svdvals and of eigvalsh of the Gram matrix, asked in turn.
 */
export async function solverRows({ ours: [ours], python: [python], takesOrt }, shapes, repeatsOf) {
  const rows = [];
  const columns = columnsOf(takesOrt);
  for (const [height, width, count = 1] of shapes) {
    const shape = `${height} x ${width}`;
    const ask = (precision, backend) => ({
      program: ours,
      line: `${height} ${width} ${count} ${precision} ${backend}`,
    });
    const reference = (method) => ({
      program: python,
      line: `${height} ${width} ${count} ${method}`,
    });
    const questions = {
      'exact, ort': ask('exact', 'ort'),
      'exact, wasm': ask('exact', 'wasm'),
      'fast, ort': ask('fast', 'ort'),
      'fast, wasm': ask('fast', 'wasm'),
      ...(python
        ? {
            numpy: reference('svd'),
            float32: reference('svdvals32'),
            gram: reference('eigvalsh'),
          }
        : {}),
    };
    const repeats = repeatsOf(height * width * width * count);
    const times = await interleaved(questions, repeats, Math.min(3, repeats));
    const of = (name) => (times[name]?.length ? round(median(times[name])) : null);
    const names = ['exact, ort', 'exact, wasm', 'fast, ort', 'fast, wasm'];
    for (const [k, name] of names.entries()) {
      if (!times[name].length) continue;
      const batch = count > 1 ? `, ${count} of them` : '';
      rows.push({
        name: `${shape}${batch}, ${name}`,
        unit: 'ms',
        median: of(name),
        numpy: of('numpy'),
        ratio: ratioOf(times[name], times.numpy),
        target: (count > 1 ? BATCH_TARGETS : TARGETS)[shape]?.[columns[k]] ?? null,
        ...(name.startsWith('fast')
          ? {
              'svdvals float32': of('float32'),
              'ratio float32': ratioOf(times[name], times.float32),
              'target float32': count > 1 ? null : (TARGETS_FLOAT32[shape] ?? null),
            }
          : {}),
        'eigvalsh of Gram': of('gram'),
        'ratio eigvalsh': ratioOf(times[name], times.gram),
      });
    }
  }
  return rows;
}
