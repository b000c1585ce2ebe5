import { describe, expect, it } from 'vitest';
import {
  FARMS_WINDOWS,
  farmsWindows,
  ROBUST_WINDOWS,
  type WindowSettings,
} from '../../../../src/core/spectrum/farmsWindows.ts';

type Shape = readonly [number, number];
type Case = readonly [matrix: Shape, window: Shape, count: number, first: Shape, last: Shape];

function expectWindows(settings: WindowSettings, [matrix, window, count, first, last]: Case): void {
  const { rows, cols, starts } = farmsWindows(...matrix, settings);
  expect([[rows, cols], starts.length, starts[0], starts.at(-1)]).toEqual([
    window,
    count,
    first,
    last,
  ]);
  for (const [top, left] of starts) {
    expect(top + rows).toBeLessThanOrEqual(matrix[0]);
    expect(left + cols).toBeLessThanOrEqual(matrix[1]);
  }
}

describe('windows in robust mode', () => {
  it.each<Case>([
    [[1024, 1024], [128, 128], 64, [0, 0], [896, 896]],
    [[130, 4096], [128, 128], 24, [0, 0], [2, 3962]],
    [[128, 512], [128, 128], 8, [0, 0], [0, 378]],
    [[512, 128], [128, 128], 8, [0, 0], [378, 0]],
    [[128, 128], [128, 128], 1, [0, 0], [0, 0]],
    [[96, 384], [96, 96], 8, [0, 0], [0, 287]],
    [[10, 50], [10, 10], 8, [0, 0], [0, 35]],
    [[2, 3], [2, 2], 2, [0, 0], [0, 1]],
  ])('of a %j matrix are %j, %i of them, from %j to %j', (...each) => {
    expectWindows(ROBUST_WINDOWS, each);
  });

  it('are the transposes of those of the transposed matrix', () => {
    const { starts } = farmsWindows(300, 700, ROBUST_WINDOWS);
    const transposed = farmsWindows(700, 300, ROBUST_WINDOWS).starts.map(([row, col]) => [
      col,
      row,
    ]);
    expect(new Set(transposed.map(String))).toEqual(new Set(starts.map(String)));
  });
});

describe('windows wider than the matrix', () => {
  it.each<Case>([
    [[512, 128], [100, 72], 10, [0, 56], [405, 56]],
    [[64, 100], [64, 28], 1, [0, 72], [0, 72]],
    [[64, 64], [64, 64], 1, [0, 0], [0, 0]],
  ])('of a %j matrix are %j where they wrap as Python slices do', (...each) => {
    expectWindows(FARMS_WINDOWS, each);
  });

  it.each<Case>([
    [[512, 128], [64, 128], 10, [0, 0], [441, 0]],
    [[64, 100], [50, 100], 10, [0, 0], [9, 0]],
    [[64, 64], [32, 64], 10, [0, 0], [27, 0]],
    [[3, 1], [1, 1], 3, [0, 0], [2, 0]],
  ])(
    'of a %j matrix are %j where they are clamped: narrower, and shorter in proportion',
    (...each) => {
      expectWindows({ ...FARMS_WINDOWS, overhang: 'clamp' }, each);
    },
  );
});

describe('one window per side', () => {
  it('is at the first row and column, where the reference divides by zero', () => {
    const one = { ...ROBUST_WINDOWS, placing: { kind: 'spread', perSide: 1 } } as const;
    expectWindows(one, [[300, 700], [128, 128], 1, [0, 0], [0, 0]]);
  });
});
