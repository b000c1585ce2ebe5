import { describe, expect, test } from 'vitest';
import type { Weight } from '../../../../src/core/checkpoint/checkpoint.ts';
import { codeOf, quantizeGroup } from '../../../../src/core/plan/groupQuantizer.ts';
import { inputLines } from '../../../../src/core/plan/inputLines.ts';
import { measureValues } from '../../../../src/core/plan/measureValues.ts';
import { quantLevels, type QuantCarrier } from '../../../../src/core/plan/quantLevels.ts';
import { nearestFloat16, storedScale } from '../../../../src/core/plan/storedScale.ts';
import { pruningError } from '../../../../src/core/plan/valueProfile.ts';
import { listedWeight, seededValues } from './valuedWeights.ts';

const SEEDS = [1, 2, 3, 4];

const NBITS = { form: 'nbits' } as const;
const PER_CHANNEL = { form: 'dequantize', blocks: false } as const;
const IN_BLOCKS = { form: 'dequantize', blocks: true } as const;

/** Channel and input of the element at a multi-index of the tensor. */
type Place = (index: readonly number[]) => readonly [channel: number, line: number, input: number];

const CONV = { op: 'Conv', role: 'conv', orientation: 'conv' } as const;
const TRANSPOSED = {
  op: 'ConvTranspose',
  role: 'conv',
  orientation: 'conv-transpose',
} as const;
const BATCH = { batchAxes: 1, batchNames: [], side: 'rows', bands: [] } as const;

const LAYOUTS: readonly (readonly [string, Weight, Place])[] = [
  ['MatMul', listedWeight({ shape: [24, 5] }), ([i, o]) => [o!, 0, i!]],
  [
    'Gemm with transB',
    listedWeight({ shape: [5, 24], op: 'Gemm', orientation: 'out-in' }),
    ([o, i]) => [o!, 0, i!],
  ],
  [
    'a table',
    listedWeight({ shape: [6, 16], op: 'Gather', role: 'embedding' }),
    ([row, k]) => [row!, 0, k!],
  ],
  [
    'a convolution',
    listedWeight({ shape: [4, 16, 3, 2], ...CONV }),
    ([o, i, y, x]) => [o!, 2 * y! + x!, i!],
  ],
  [
    'a transposed convolution',
    listedWeight({ shape: [16, 4, 3], ...TRANSPOSED }),
    ([i, o, x]) => [o!, x!, i!],
  ],
  [
    'a batch of matrices',
    listedWeight({ shape: [3, 8, 5], division: BATCH }),
    ([b, i, o]) => [o!, b!, i!],
  ],
];

/** Values by channel, line and input, found by going through every index of the tensor. */
function gathered(weight: Weight, values: Float64Array, place: Place): number[][][] {
  const all: number[][][] = [];
  for (let k = 0; k < values.length; k++) {
    let rest = k;
    const index = weight.shape.map((_, axis) => {
      const later = weight.shape.slice(axis + 1).reduce((total, length) => total * length, 1);
      const at = Math.floor(rest / later);
      rest -= at * later;
      return at;
    });
    const [channel, line, input] = place(index);
    ((all[channel] ??= [])[line] ??= [])[input] = values[k]!;
  }
  return all;
}

const squares = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value * value, 0);

describe.each(LAYOUTS)('the lines of %s', (_, weight, place) => {
  const lines = inputLines(weight);
  const values = seededValues(weight.parameters, 5);

  test('run along its inputs, for each channel', () => {
    const expected = gathered(weight, values, place);
    const found = Array.from({ length: lines.channels }, (__, c) =>
      Array.from({ length: lines.lines }, (___, l) =>
        Array.from(
          { length: lines.length },
          (____, k) => values[c * lines.channelStep + l * lines.lineStep + k * lines.stride],
        ),
      ),
    );
    expect(found).toEqual(expected);
  });

  test('N of M keeps the largest of every group', () => {
    const request = { lines, levels: [], signed: false, patterns: true };
    const { patterns, energy } = measureValues(values, request, Math.fround);
    expect(patterns.map(({ kept, of }) => `${kept}:${of}`)).toEqual(
      ['1:8', '2:8', '3:8', '4:8', '5:8', '6:8', '7:8', '2:4'].filter(
        (pattern) => lines.length % Number(pattern.split(':')[1]) === 0,
      ),
    );
    for (const { kept, of, error } of patterns) {
      const lost = gathered(weight, values, place)
        .flat()
        .flatMap((line) =>
          Array.from({ length: line.length / of }, (__, g) => line.slice(g * of, g * of + of)),
        )
        .map((group) =>
          squares(group.sort((a, b) => Math.abs(a) - Math.abs(b)).slice(0, of - kept)),
        );
      expect(error).toBeCloseTo(squares(lost.map(Math.sqrt)) / energy, 12);
    }
  });

  test('a level is the sum of its groups, and takes the bytes of its codes and scales', () => {
    const signed = weight.op === 'MatMul' && !weight.division;
    const carrier: QuantCarrier = signed ? NBITS : IN_BLOCKS;
    const levels = quantLevels(weight, lines, 4, carrier);
    const request = { lines, levels, signed, patterns: false };
    const measured = measureValues(values, request, Math.fround);
    expect(measured.levels.length).toBeGreaterThan(1);
    for (const { bits, block, bytes, error } of measured.levels) {
      const groups = gathered(weight, values, place).flatMap((channel) =>
        block === 0
          ? [channel.flat()]
          : channel.flatMap((line) =>
              Array.from({ length: Math.ceil(line.length / block) }, (__, g) =>
                line.slice(g * block, (g + 1) * block),
              ),
            ),
      );
      const sum = groups.reduce(
        (total, group) =>
          total + quantizeGroup(Float64Array.from(group), bits, signed, Math.fround).error,
        0,
      );
      expect(error).toBeCloseTo(sum / measured.energy, 10);
      const codes = signed
        ? (groups.length * block * bits) / 8
        : Math.ceil((weight.parameters * bits) / 8);
      expect(bytes).toBe(codes + 4 * groups.length);
    }
  });
});

describe('levels', () => {
  test.each([
    ['products', 'float16', NBITS, [2.5, 4.5, 8.5, 2.125, 4.125, 8.125]],
    ['products of float32', 'float32', NBITS, [3, 5, 9, 2.25, 4.25, 8.25]],
    ['channels', 'float16', PER_CHANNEL, [4.0625, 8.0625]],
    ['channels and blocks', 'float16', IN_BLOCKS, [4.0625, 8.0625, 4.5, 8.5, 4.125, 8.125]],
  ] as const)('of %s: mean bits', (_, dtype, carrier, expected) => {
    const weight = listedWeight({ shape: [256, 64], dtype });
    const scaleBytes = weight.dtype === 'float16' ? 2 : 4;
    const levels = quantLevels(weight, inputLines(weight), scaleBytes, carrier);
    expect(levels.map(({ bytes }) => (8 * bytes) / weight.parameters)).toEqual(expected);
  });

  test('padding of the last block is counted', () => {
    const weight = listedWeight({ shape: [33, 10] });
    const [two] = quantLevels(weight, inputLines(weight), 4, NBITS);
    expect(two).toEqual({ bits: 2, block: 32, bytes: 10 * 2 * (8 + 4) });
  });
});

/** The smallest positive scale at which every value is within the codes. */
function unclipped(values: Float64Array, bits: number): number {
  const highest = 2 ** (bits - 1) - 1;
  return values.reduce(
    (most, value) => Math.max(most, value > 0 ? value / highest : -value / (highest + 1)),
    0,
  );
}

describe('the scale of a group', () => {
  test.each(SEEDS)(
    'is better than the one that clips nothing, and of its type (seed %i)',
    (seed) => {
      const values = seededValues(128, seed);
      for (const bits of [2, 4, 8] as const)
        for (const signed of [false, true]) {
          const found = quantizeGroup(values, bits, signed, nearestFloat16);
          const errorAt = (scale: number): number =>
            values.reduce(
              (sum, value) => sum + (value - scale * codeOf(value, scale, bits)) ** 2,
              0,
            );
          expect(found.error).toBeCloseTo(errorAt(found.scale), 10);
          expect(found.error).toBeLessThanOrEqual(errorAt(nearestFloat16(unclipped(values, bits))));
          expect(nearestFloat16(found.scale)).toBe(found.scale);
          expect(found.scale > 0 || signed).toBe(true);
        }
    },
  );

  // At 8 bits the error of so few values is rugged: neighbouring scales differ by a tenth.
  const NEAR = { 2: 1.02, 4: 1.02, 8: 1.2 } as const;

  test('is near the best of a fine grid', () => {
    for (const seed of SEEDS) {
      const values = seededValues(128, seed);
      const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      for (const bits of [2, 4, 8] as const) {
        let best = Infinity;
        for (let k = 1; k <= 4000; k++) {
          const scale = (k / 4000) * 1.2 * (largest / (2 ** (bits - 1) - 1));
          const error = values.reduce(
            (sum, value) => sum + (value - scale * codeOf(value, scale, bits)) ** 2,
            0,
          );
          best = Math.min(best, error);
        }
        expect(quantizeGroup(values, bits, false, (scale) => scale).error).toBeLessThan(
          NEAR[bits] * best,
        );
      }
    }
  });

  test('of zeros is 0', () => {
    expect(quantizeGroup(new Float64Array(32), 4, true, Math.fround)).toEqual({
      scale: 0,
      error: 0,
    });
  });

  test('restores codes that it was given', () => {
    const values = Float64Array.from({ length: 32 }, (_, k) => ((k % 16) - 8) * 0.25);
    expect(quantizeGroup(values, 4, false, Math.fround)).toEqual({ scale: 0.25, error: 0 });
  });
});

describe('float16 scales', () => {
  test.each([
    [1, 1],
    [1 + 2 ** -11, 1],
    [1 + 3 * 2 ** -11, 1 + 2 ** -9],
    [-1 / 3, -0.333251953125],
    [2 ** -24, 2 ** -24],
    [2 ** -26, 0],
    [1e6, 65504],
    [65519, 65504],
  ])('%d becomes %d', (value, expected) => {
    expect(nearestFloat16(value)).toBe(expected);
    expect(storedScale('float16')(value)).toBe(expected);
  });
});

describe('the pruning curve', () => {
  test.each(SEEDS)('is that of the sorted magnitudes (seed %i)', (seed) => {
    const values = seededValues(5000, seed);
    const lines = inputLines(listedWeight({ shape: [50, 100] }));
    const request = { lines, levels: [], signed: false, patterns: false };
    const measured = measureValues(values, request, Math.fround);
    const sorted = Array.from(values, Math.abs).sort((a, b) => a - b);
    for (const share of [0, 0.05, 0.123, 0.5, 0.77, 0.99, 1]) {
      const count = Math.round(share * values.length);
      const exact = squares(sorted.slice(0, count)) / squares(sorted);
      const found = pruningError(measured, count, values.length);
      expect(Math.abs(found - exact)).toBeLessThanOrEqual(0.01 * exact);
    }
  });
});
