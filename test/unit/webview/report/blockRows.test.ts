import { describe, expect, it } from 'vitest';
import { blockTable, cellForKey } from '../../../../webview/report/blockRows.ts';
import { sparkAxes, sparkPath } from '../../../../webview/report/sparkline.ts';
import { sampleReport } from '../../../fixtures/sampleReport.ts';

const { layers } = sampleReport(15, 5);

describe('blockTable', () => {
  it('puts layers of one name under one another, a row a block', () => {
    const { columns, rows, outside } = blockTable(layers);
    expect(columns).toEqual([
      'attn.qkv.MatMul',
      'attn.proj.MatMul',
      'mlp.fc1.MatMul',
      'mlp.fc2.MatMul',
      'conv.Conv',
    ]);
    expect(rows.map(({ block }) => block)).toEqual([0, 1, 2].map((n) => `backbone.blocks.${n}`));
    expect(rows.flatMap(({ cells }) => [...cells.values()])).toEqual(layers);
    expect(outside).toBe(0);
  });

  it('counts layers outside any block, and shows none of them', () => {
    const head = { ...layers[0]!, id: 'head', name: 'head', block: '' };
    const { rows, outside } = blockTable([...layers, head]);
    expect([rows.length, outside]).toEqual([3, 1]);
  });

  it('gives a name that a block holds twice two columns', () => {
    const twin = { ...layers[0]!, id: 'twin' };
    const { columns, rows } = blockTable([...layers, twin]);
    expect(columns.at(-1)).toBe('attn.qkv.MatMul (2)');
    expect(rows[0]!.cells.get(5)).toBe(twin);
  });

  it('keeps the whole name of a layer that does not begin with its block', () => {
    const other = { ...layers[0]!, name: 'w_7', block: 'encoder.0' };
    expect(blockTable([other]).columns).toEqual(['w_7']);
  });
});

describe('cellForKey', () => {
  // 0 1 . 3
  // 0 . . 3
  // . 1 . .
  const row = (...columns: number[]) => ({
    block: '',
    cells: new Map(columns.map((column) => [column, layers[0]!])),
  });
  const rows = [row(0, 1, 3), row(0, 3), row(1)];

  it.each<[string, [number, number], [number, number] | undefined]>([
    ['ArrowRight', [0, 1], [0, 3]],
    ['ArrowRight', [0, 3], undefined],
    ['ArrowLeft', [1, 3], [1, 0]],
    ['Home', [0, 3], [0, 0]],
    ['End', [0, 0], [0, 3]],
    ['ArrowDown', [0, 3], [1, 3]],
    ['ArrowDown', [1, 3], [2, 1]],
    ['ArrowUp', [2, 1], [1, 0]],
    ['PageDown', [0, 0], [2, 1]],
    ['PageUp', [2, 1], [0, 1]],
    ['Tab', [0, 0], undefined],
  ])('%s from %o goes to %o', (key, [from, column], to) => {
    expect(cellForKey(key, { row: from, column }, rows, 2)).toEqual(
      to && { row: to[0], column: to[1] },
    );
  });
});

describe('sparklines', () => {
  const flat = { log10Min: 0, log10Max: 2, counts: [50, 50] };

  it('share axes over what all spectra span, three decades of density', () => {
    const axes = sparkAxes([flat, { log10Min: 1, log10Max: 3, counts: [10, 90] }]);
    expect(axes.xMax).toBe(3);
    expect(axes.xMin).toBeCloseTo(0.5, 1);
    // 90 of 100 eigenvalues in one decade.
    expect(axes.yMax).toBeCloseTo(Math.log10(0.9), 12);
    expect(axes.yMin).toBeCloseTo(Math.log10(0.9) - 3, 12);
  });

  it('are not squeezed by a hundredth of the eigenvalues that collapsed', () => {
    const many = Array.from({ length: 300 }, () => flat);
    const { xMin } = sparkAxes([...many, { log10Min: -30, log10Max: 2, counts: [1, 0, 0, 99] }]);
    expect(xMin).toBeGreaterThan(-1);
  });

  it('go from the floor over every bin and back', () => {
    const axes = { xMin: 0, xMax: 2, yMin: -2, yMax: 0 };
    const counts = [100, 0, 1, 0];
    // Bins of half a decade: 99 % of the eigenvalues in the first, 1 % in the third.
    expect(sparkPath({ log10Min: 0, log10Max: 2, counts }, axes, 100, 20)).toBe(
      'M0 20V0H25V20H50V17H75V20H100V20',
    );
  });

  it('leave out what is not in sight, and are empty for a layer without a spectrum', () => {
    const axes = { xMin: 1, xMax: 2, yMin: -2, yMax: 0 };
    expect(sparkPath(flat, axes, 100, 20)).toBe('M0 20V3H100V20');
    expect(sparkPath({ log10Min: 0, log10Max: 0, counts: [] }, axes, 100, 20)).toBe('');
    expect(sparkAxes([])).toEqual({ xMin: 0, xMax: 1, yMin: 0, yMax: 1 });
  });
});
