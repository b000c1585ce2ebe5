import * as fs from 'node:fs';
import type { Matrix } from '../../src/core/linalg/matrix.ts';
import { FARMS_WINDOWS, farmsWindows } from '../../src/core/spectrum/farmsWindows.ts';
import { seededRandom } from '../fixtures/seededRandom.ts';

type Start = readonly [row: number, col: number];

/** Writes a Gaussian matrix of `side` x `side` float64s, for two programs to read. */
export function writeLayer(file: string, side: number): void {
  const random = seededRandom(side);
  fs.writeFileSync(
    file,
    Float64Array.from({ length: side * side }, () => random.normal()),
  );
}

/** How many windows the setting has, and `count` of them, drawn with a seed. */
export function drawnStarts(
  side: number,
  rowSamples: number,
  perSide: number,
  count: number,
): { readonly all: number; readonly drawn: readonly Start[] } {
  const placing = { kind: 'spread', perSide } as const;
  const { starts } = farmsWindows(side, side, { ...FARMS_WINDOWS, rowSamples, ratio: 1, placing });
  const random = seededRandom(starts.length);
  const drawn = starts
    .map((start) => ({ start, order: random.uniform() }))
    .sort((a, b) => a.order - b.order)
    .slice(0, count)
    .map(({ start }) => start);
  return { all: starts.length, drawn };
}

const layers = new Map<string, Float64Array>();

/** The square windows of the layer that start at these places, `row,col;row,col`, one after another. */
export function* layerWindows(
  file: string,
  side: number,
  size: number,
  places: string,
): Generator<Matrix> {
  const bytes = layers.has(file) ? undefined : fs.readFileSync(file);
  if (bytes)
    layers.set(file, new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8));
  const layer = layers.get(file)!;
  for (const place of places.split(';')) {
    const [row, col] = place.split(',').map(Number) as [number, number];
    const data = new Float64Array(size * size);
    for (let r = 0; r < size; r++) {
      const from = (row + r) * side + col;
      data.set(layer.subarray(from, from + size), r * size);
    }
    yield { rows: size, cols: size, data };
  }
}
