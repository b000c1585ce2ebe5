import { figure, largest, percent, table } from '../compressionTables.mjs';

/** What was measured on the trained all-MiniLM-L6-v2, as the Markdown of its page. */
export function minilmTables({ date, machine, load, seconds, check, sentences, tokens, rows }) {
  const compared = rows.filter((row) => row.compared);
  const others = rows.filter((row) => !row.compared);
  const budgets = [...new Set(compared.map(({ target }) => target))];
  return [
    `Measured on ${date}: ${machine}, load ${load[0].toFixed(1)} at the end, ${seconds} s in all; ${sentences.evaluation} sentences (${tokens.evaluation} tokens), and ${sentences.calibration} others (${tokens.calibration} tokens) where a method looks at inputs.`,
    `The graph is the trained network: known values of an embedding are met within ${figure(check.knownValues)}, filling a sentence up changes ${figure(check.padding)}, and of ${check.pairs} pairs of paraphrases each sentence is nearest to its own (mean cosine ${check.paraphrases.toFixed(2)}, of unrelated ones ${check.unrelated.toFixed(2)}).`,
    table(
      ['Method', 'Target', ...SIZES, 'Predicted error', ...OUTPUTS],
      others.map((row) => [
        row.method,
        row.target,
        ...sizes(row),
        figure(row.predicted.relative),
        ...outputs(row),
      ]),
    ),
    'Low rank; predicted errors are root mean squares relative to each weight, absolute ones the norm of all changes over that of all weights, and those of outputs relative to the outputs of each weight on the sentences of the calibration:',
    table(
      ['Target', 'Method', ...SIZES, 'Word rank', 'Relative', 'Absolute', 'Of outputs', ...OUTPUTS],
      budgets.flatMap((budget) =>
        compared
          .filter(({ target }) => target === budget)
          .map((row) => [
            row.target,
            row.method,
            ...sizes(row),
            row.wordRank,
            ...KINDS.map(([kind]) => figure(row.predicted[kind])),
            ...outputs(row),
          ]),
      ),
    ),
    budgets
      .map((budget) => `- ${winners(compared.filter(({ target }) => target === budget))}`)
      .join('\n'),
    `Predicted and written bytes differ by at most ${percent(largest(rows.map((row) => Math.abs(row.bytes[1] / row.predictedBytes - 1))))}, predicted and measured errors of a weight by at most ${percent(largest(rows.map((row) => row.errorGap)))}.`,
  ].join('\n\n');
}

const SIZES = ['Bytes', 'Of the original'];
const OUTPUTS = ['Output relative L2 (95 %)', 'Cosine (95 %)', 'Latency ratio'];

const KINDS = [
  ['relative', 'relative'],
  ['absolute', 'absolute'],
  ['outputs', 'of outputs'],
];

function sizes({ bytes: [before, after] }) {
  return [after.toLocaleString('en-US'), (after / before).toFixed(3)];
}

function outputs({ relativeL2, cosine, latencyRatio }) {
  return [
    `${figure(relativeL2.mean)} (${figure(relativeL2.low)} to ${figure(relativeL2.high)})`,
    `${cosine.mean.toFixed(4)} (${cosine.low.toFixed(4)} to ${cosine.high.toFixed(4)})`,
    latencyRatio === null ? '-' : latencyRatio.toFixed(2),
  ];
}

/** Which method of one budget has the least of each error; with the second, so that a close one is seen. */
function winners(rows) {
  const least = (list, key) => {
    const [first, second] = list.filter((row) => key(row) !== null).sort((a, b) => key(a) - key(b));
    return `${first.method} (${figure(key(first))}; next ${second.method}, ${figure(key(second))})`;
  };
  const outputError = ({ relativeL2 }) => relativeL2.mean;
  const blind = rows.filter(({ predicted }) => predicted.outputs === null);
  const predicted = KINDS.map(
    ([kind, name]) => `${name} ${least(rows, (row) => row.predicted[kind])}`,
  );
  return `${rows[0].target}: least predicted error, ${predicted.join('; ')}. Least output error ${least(rows, outputError)}; of those that see no inputs ${least(blind, outputError)}.`;
}
