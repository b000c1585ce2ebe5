/** What `npm run bench:compression` measured, as the Markdown of its page. */
export function compressionTables({ date, machine, load, samples, rows, methods }) {
  const parts = [
    `Measured on ${date}: ${machine}, load ${load[0].toFixed(1)} at the end; ${samples} samples of seeded noise a model.`,
    table(
      [
        'Model',
        'Method',
        'Target',
        'Bytes',
        'Of the original',
        'Predicted error',
        'Output relative L2',
        'Top-1 agreement',
        'Latency ratio',
      ],
      rows.map((row) => [
        row.model,
        row.method,
        row.target,
        row.bytes[1].toLocaleString('en-US'),
        (row.bytes[1] / row.bytes[0]).toFixed(3),
        figure(row.predictedError),
        figure(row.outputError),
        row.top1 === null ? '-' : row.top1.toFixed(3),
        row.latencyRatio === null ? '-' : row.latencyRatio.toFixed(2),
      ]),
    ),
    `Predicted and written bytes differ by at most ${percent(largest(rows.map((row) => Math.abs(row.bytes[1] / row.predictedBytes - 1))))}, predicted and measured errors of a weight by at most ${percent(largest(rows.map((row) => row.errorGap)))}.`,
  ];
  if (methods.length > 0) parts.push(...methodTable(methods));
  return parts.join('\n\n');
}

/** One row a seed: predicted and output error of each method. */
function methodTable(rows) {
  const names = [...new Set(rows.map(({ method }) => method))];
  const seeds = [...new Set(rows.map(({ seed }) => seed))];
  const found = (seed, method) => rows.find((row) => row.seed === seed && row.method === method);
  const wins = (key) =>
    seeds.filter((seed) =>
      names.slice(1).every((name) => found(seed, names[0])[key] < found(seed, name)[key]),
    ).length;
  return [
    `Low rank at 0.7 of the parameters, on transformers whose weights decay as k^-p, p uniform from 0.2 to 1.2; predicted error / output relative L2:`,
    table(
      ['Seed', ...names],
      seeds.map((seed) => [
        String(seed),
        ...names.map((name) => {
          const { predictedError, outputError } = found(seed, name);
          return `${figure(predictedError)} / ${figure(outputError)}`;
        }),
      ]),
    ),
    `${names[0]} has the least predicted error on ${wins('predictedError')} of ${seeds.length}, and the least output error on ${wins('outputError')} of ${seeds.length}.`,
  ];
}

export function table(titles, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
}

export const largest = (values) => Math.max(0, ...values);
export const percent = (value) => `${(100 * value).toPrecision(2)} %`;
export const figure = (value) => (value === null ? '-' : String(Number(value.toPrecision(3))));
