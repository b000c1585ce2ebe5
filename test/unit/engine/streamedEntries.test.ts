import { describe, expect, test } from 'vitest';
import type { DenseStorage } from '../../../src/core/checkpoint/checkpoint.ts';
import { entryFigures } from '../../../src/core/diagnosis/entries/entryFigures.ts';
import { entrySketch } from '../../../src/core/diagnosis/entries/entrySketch.ts';
import { headProjections } from '../../../src/core/diagnosis/entries/headProjections.ts';
import type { Side } from '../../../src/core/diagnosis/entries/lineReader.ts';
import type { Matrix } from '../../../src/core/linalg/matrix.ts';
import type { SpectrumSource } from '../../../src/engine/spectrumTask.ts';
import { StreamedEntries } from '../../../src/engine/streamedEntries.ts';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { seededRandom } from '../../fixtures/seededRandom.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';

const folder = tempFolder();

/** Neither side is a multiple of what is held of it. */
const SMALL = { blockEntries: 500, lineEntries: 700 };

interface Stored {
  readonly name: string;
  readonly rows: number;
  readonly cols: number;
  readonly isTurned: boolean;
}

const STORED: readonly Stored[] = [
  { name: 'tall', rows: 203, cols: 37, isTurned: false },
  { name: 'wide', rows: 37, cols: 203, isTurned: false },
  { name: 'tall, by columns', rows: 203, cols: 37, isTurned: true },
  { name: 'wide, by columns', rows: 37, cols: 203, isTurned: true },
];

/** Gaussian, with a dead row and column, and with rows and columns that repeat others. */
function planted({ rows, cols }: Stored): Matrix {
  const random = seededRandom(rows);
  const data = Float64Array.from({ length: rows * cols }, () => Math.fround(random.normal()));
  const at = (i: number, j: number): number => i * cols + j;
  for (let j = 0; j < cols; j++) {
    data[at(3, j)] = 0;
    for (const [line, of, factor] of [
      [20, 7, 1],
      [33, 7, -1],
      [12, 30, 4],
    ] as const)
      data[at(line, j)] = factor * data[at(of, j)]!;
  }
  for (let i = 0; i < rows; i++) {
    data[at(i, 5)] = 0;
    for (const [line, of] of [
      [31, 2],
      [35, 2],
      [9, 14],
    ] as const)
      data[at(i, line)] = data[at(i, of)]!;
  }
  return { rows, cols, data };
}

function stored(what: Stored): { matrix: Matrix; source: SpectrumSource } {
  const matrix = planted(what);
  const { rows, cols, data } = matrix;
  const place = (k: number): number =>
    what.isTurned ? (k % rows) * cols + Math.floor(k / rows) : k;
  const values = Float32Array.from(data, (_, k) => data[place(k)]!);
  const file = path.join(folder, `${what.name}.bin`);
  fs.writeFileSync(file, new Uint8Array(values.buffer));
  const storage: DenseStorage = {
    ...{ file, tensor: what.name, dtype: 'float32', encoding: 'raw', elements: values.length },
    segments: [{ offset: 0, bytes: values.byteLength }],
  };
  const strides = what.isTurned
    ? { rowStride: 1, colStride: rows }
    : { rowStride: cols, colStride: 1 };
  const view = { rows, cols, ...strides, offsets: [0] };
  return { matrix, source: { storage, shape: [rows, cols], view, scale: 'none' } };
}

describe.each(STORED)('the entries of a weight in blocks, $name', (what) => {
  const { matrix, source } = stored(what);
  const entries = new StreamedEntries(source, SMALL);

  test('come in the order of the whole', () => {
    const read = [...entries.blocks()].length;
    expect(read).toBeGreaterThan(3);
    expect([...entries.blocks()].reduce((sum, block) => sum + block.length, 0)).toBe(
      matrix.data.length,
    );
    let at = 0;
    for (const block of entries.blocks()) {
      expect(block).toEqual(matrix.data.subarray(at, at + block.length));
      at += block.length;
    }
  });

  test('have the sketch and the projections of heads of the whole, to the last bit', () => {
    expect(entrySketch(entries)).toEqual(entrySketch(matrix));
    for (const side of ['rows', 'cols'] as const)
      expect(headProjections(entries, side, 'first')).toEqual(
        headProjections(matrix, side, 'first'),
      );
  });

  test('have the dead and the duplicate lines of the whole', () => {
    const found = entryFigures(entries, 'float32');
    const whole = entryFigures(matrix, 'float32');
    expect(found.rows).toEqual(whole.rows);
    expect(found.cols).toEqual(whole.cols);
    expect([found.rows, found.cols].map(({ dead }) => dead.first)).toEqual([[3], [5]]);
    expect([found.rows, found.cols].map(({ duplicates }) => duplicates.count)).toEqual([3, 3]);
    expect(found.sketch.roundingVariance / whole.sketch.roundingVariance).toBeCloseTo(1, 12);
  });

  test.each(['rows', 'cols'] as const)('have the %s of the whole, in any order', (side: Side) => {
    const [count, length] = side === 'rows' ? [what.rows, what.cols] : [what.cols, what.rows];
    const order = Array.from({ length: count }, (_, k) => (k * 17) % count);
    const named = order.filter((_, k) => k % 5 !== 4);
    const into = new Float64Array(length);
    for (const upcoming of [order, named, []]) {
      const read = entries.lines(side, upcoming);
      for (const line of order) {
        read(line, into);
        const expected = Float64Array.from({ length }, (_, k) =>
          side === 'rows' ? matrix.data[line * what.cols + k]! : matrix.data[k * what.cols + line]!,
        );
        expect(into).toEqual(expected);
      }
    }
  });
});

test('lines across the order of the file are read as many at a time as are held', () => {
  const { source } = stored(STORED[0]!);
  const entries = new StreamedEntries(source, { blockEntries: 500, lineEntries: 10 * 203 });
  let taken = 0;
  function* upcoming(): Generator<number> {
    for (let line = 0; line < 37; line++) {
      taken++;
      yield line;
    }
  }
  const read = entries.lines('cols', upcoming());
  const into = new Float64Array(203);
  const takenAfter = Array.from({ length: 12 }, (_, line) => {
    read(line, into);
    return taken;
  });
  expect(takenAfter).toEqual([...Array<number>(10).fill(10), 20, 20]);
});
