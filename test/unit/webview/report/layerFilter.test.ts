import { describe, expect, it } from 'vitest';
import { ANY_FINDING, filterLayers, NO_FINDING } from '../../../../webview/report/layerFilter.ts';
import { sampleReport } from '../../../fixtures/sampleReport.ts';

const { layers } = sampleReport(200, 3);
const NOTHING = { text: '', role: '', finding: '' };

describe('filterLayers', () => {
  it('keeps every layer where nothing is asked', () => {
    expect(filterLayers(layers, NOTHING)).toBe(layers);
  });

  it.each([
    ['a part of the name in any case', { text: 'MLP/FC1' }, (n: string) => n.includes('mlp/fc1')],
    ['an operator', { text: 'conv' }, (n: string) => n.includes('conv')],
    [
      'a text with spaces around it',
      { text: '  blocks.3/ ' },
      (n: string) => n.includes('blocks.3/'),
    ],
    ['a text that is nowhere', { text: '.*' }, () => false],
  ])('finds %s', (_what, part, expected) => {
    expect(filterLayers(layers, { ...NOTHING, ...part })).toEqual(
      layers.filter((layer) => expected(layer.name)),
    );
  });

  it('finds the name in the file', () => {
    const tensor = layers[17]!.tensor;
    expect(filterLayers(layers, { ...NOTHING, text: tensor })).toEqual([layers[17]]);
  });

  it('splits the layers by role and by finding', () => {
    const size = (part: Partial<typeof NOTHING>): number =>
      filterLayers(layers, { ...NOTHING, ...part }).length;
    expect(size({ role: 'conv' }) + size({ role: 'linear' })).toBe(200);
    expect(size({ finding: ANY_FINDING }) + size({ finding: NO_FINDING })).toBe(200);
    expect(size({ finding: 'rank-collapse' })).toBe(
      layers.filter((layer) => layer.findings.some((one) => one.code === 'rank-collapse')).length,
    );
    expect(size({ finding: 'rank-collapse' })).toBeGreaterThan(0);
  });

  it('asks for all at once', () => {
    const found = filterLayers(layers, { text: 'blocks.1', role: 'conv', finding: ANY_FINDING });
    expect(found.length).toBeGreaterThan(0);
    for (const layer of found)
      expect([layer.name.includes('blocks.1'), layer.role, layer.findings.length > 0]).toEqual([
        true,
        'conv',
        true,
      ]);
  });
});
