import { describe, expect, it } from 'vitest';
import type { FloatType } from '../../../../src/core/checkpoint/checkpoint.ts';
import { diagnose } from '../../../../src/core/diagnosis/diagnose.ts';
import { entryFigures } from '../../../../src/core/diagnosis/entries/entryFigures.ts';
import type { Finding } from '../../../../src/core/diagnosis/finding.ts';
import type { EntryInput } from '../../../../src/core/diagnosis/valueFindings.ts';
import { emptyFigures } from '../../../../src/core/spectrum/emptyFigures.ts';
import { stored } from '../../../fixtures/plantedLayers.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';

const [ROWS, COLS] = [40, 24] as const;

type Change = (values: Float64Array) => void;

/** What is said of the values of a Gaussian 40 x 24 matrix after a change. */
function findingsOf(
  change: Change,
  more: Partial<EntryInput> = {},
  dtype: FloatType = 'float32',
): readonly Finding[] {
  const random = seededRandom(3);
  const values = Float64Array.from({ length: ROWS * COLS }, () => random.normal());
  change(values);
  const data = stored(ROWS, COLS, values, dtype).values;
  const figures = entryFigures({ rows: ROWS, cols: COLS, data }, dtype);
  return diagnose({
    name: 'fc',
    mode: 'robust',
    rows: ROWS,
    cols: COLS,
    dtype,
    figures: emptyFigures(''),
    entries: { figures, role: 'linear', orientation: 'in-out', kernelPositions: 1, ...more },
  }).filter(({ code }) => code !== 'fit-failed');
}

const row =
  (i: number, of: (value: number, j: number, values: Float64Array) => number): Change =>
  (values) => {
    for (let j = 0; j < COLS; j++) values[i * COLS + j] = of(values[i * COLS + j]!, j, values);
  };
const col =
  (j: number, of: (value: number, i: number, values: Float64Array) => number): Change =>
  (values) => {
    for (let i = 0; i < ROWS; i++) values[i * COLS + j] = of(values[i * COLS + j]!, i, values);
  };
const all =
  (...changes: readonly Change[]): Change =>
  (values) => {
    for (const change of changes) change(values);
  };
const filled =
  (of: (i: number, j: number) => number): Change =>
  (values) => {
    for (let k = 0; k < values.length; k++) values[k] = of(Math.floor(k / COLS), k % COLS);
  };
const rows = (count: number, change: (i: number) => Change): Change =>
  all(...Array.from({ length: count }, (_, i) => change(i)));

const CASES: readonly (readonly [
  what: string,
  findings: () => readonly Finding[],
  expected: readonly (readonly [code: string, severity: string, text: RegExp])[],
])[] = [
  ['a Gaussian matrix', () => findingsOf(() => undefined), []],
  [
    'a row of zeros',
    () => findingsOf(row(7, () => 0)),
    [['dead-rows', 'info', /^1 of the 40 rows \(inputs\) of fc is zero \(7\)\.$/]],
  ],
  [
    'a tenth of the rows small, one of them zero',
    () =>
      findingsOf(
        all(
          ...[1, 2, 3].map((i) => row(i, (v) => v * 1e-5)),
          row(9, () => 0),
        ),
      ),
    [
      [
        'dead-rows',
        'warning',
        /^4 of the 40 rows \(inputs\) of fc are negligible: their norm is at most \d\.\d+e-5 of the median one, and 1 is zero \(1, 2, 3, 9\)\.$/,
      ],
    ],
  ],
  ['a row at one percent', () => findingsOf(row(7, (v) => v / 100)), []],
  [
    'most rows dead, where the median is dead too',
    () => findingsOf(rows(30, (i) => row(i, (v) => v * 1e-6))),
    [['dead-rows', 'warning', /^30 of the 40 rows .*\(0, 1, 2, 3, \.\.\.\)\.$/]],
  ],
  [
    'a dead column of a convolution',
    () =>
      findingsOf(
        col(5, () => 0),
        { role: 'conv', orientation: 'conv', kernelPositions: 9 },
      ),
    [
      [
        'dead-columns',
        'info',
        /^1 of the 24 columns \(input channels at a kernel position\) of fc is zero \(5\)\.$/,
      ],
    ],
  ],
  [
    'the row of a padding token',
    () =>
      findingsOf(
        row(0, () => 0),
        { role: 'embedding' },
      ),
    [],
  ],
  [
    'rows of a table that no token uses',
    () =>
      findingsOf(
        rows(12, (i) => row(i, () => 0)),
        { role: 'embedding' },
      ),
    [['dead-rows', 'info', /^12 of the 40 rows \(entries of the table\) of fc are zero/]],
  ],
  [
    'a matrix of zeros, said once',
    () => findingsOf(filled(() => 0)),
    [['dead-rows', 'warning', /^40 of the 40 rows/]],
  ],
  [
    'a row that is another one',
    () => findingsOf(row(9, (_, j, values) => values[4 * COLS + j]!)),
    [
      [
        'duplicate-rows',
        'info',
        /^1 of the 40 rows \(inputs\) of fc repeats another one to the rounding of float32, equal \(9 = 4\)\.$/,
      ],
    ],
  ],
  [
    'rows that are another one, its negative and a multiple of it, in 8 bits',
    () =>
      findingsOf(
        all(
          row(9, (_, j, values) => values[4 * COLS + j]!),
          row(12, (_, j, values) => -values[4 * COLS + j]!),
          row(30, (_, j, values) => 0.3 * values[4 * COLS + j]!),
        ),
        { orientation: 'out-in' },
        'bfloat16',
      ),
    [
      [
        'duplicate-rows',
        'info',
        /rows \(outputs\) of fc repeat another one to the rounding of bfloat16, 1 equal, 1 equal but for the sign, 1 equal up to scale \(9 = 4, 12 = -4, 30 = 0\.(29\d*|30?\d*) x 4\)\.$/,
      ],
    ],
  ],
  [
    'columns that are one',
    () => findingsOf(all(...[3, 8, 20].map((j) => col(j, (_, i, v) => v[i * COLS + 1]!)))),
    [['duplicate-columns', 'warning', /all equal \(3 = 1, 8 = 1, 20 = 1\)\.$/]],
  ],
  [
    'a row near another one, 1 % apart',
    () => findingsOf(row(9, (v, j, values) => values[4 * COLS + j]! + 0.01 * v)),
    [],
  ],
  [
    'an outer product, whose rank says it',
    () => findingsOf(filled((i, j) => (i + 1) * (j + 1) ** 2)),
    [],
  ],
  [
    'the identity',
    () => findingsOf(filled((i, j) => (i === j ? 3 : 0))),
    [['fixed-transform', 'info', /^fc is 3 times the identity\. A formula gives it/]],
  ],
  [
    'a Toeplitz matrix',
    () => findingsOf(filled((i, j) => Math.exp(-Math.abs(i - j) / 3))),
    [['fixed-transform', 'info', /one filter shifted by a column every row/]],
  ],
  [
    'a mean',
    () => findingsOf(filled(() => 1 / COLS)),
    [['fixed-transform', 'info', /the mean of 24: every entry is 0\.04167/]],
  ],
  [
    'a cosine transform',
    () => findingsOf(filled((i, j) => Math.cos((Math.PI / ROWS) * (j + 0.5) * i))),
    [['fixed-transform', 'info', /a cosine or sine transform: (39|40) rows are sinusoids/]],
  ],
];

describe('what is said of the values of a matrix', () => {
  it.each(CASES)('%s', (_, findings, expected) => {
    const found = findings();
    expect(found.map(({ code, severity }) => [code, severity])).toEqual(
      expected.map(([code, severity]) => [code, severity]),
    );
    for (const [k, [, , text]] of expected.entries()) expect(found[k]!.text).toMatch(text);
  });

  it('lists the first few indices and how many there are', () => {
    const [finding] = findingsOf(rows(12, (i) => row(3 * i, () => 0)));
    expect(finding!.evidence).toEqual({
      count: 12,
      of: 40,
      zero: 12,
      largestOverMedian: 0,
      first: '0, 3, 6, 9, 12, 15, 18, 21',
    });
  });
});
