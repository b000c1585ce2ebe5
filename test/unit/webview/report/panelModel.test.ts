import { describe, expect, it } from 'vitest';
import { TABLE_METRICS } from '../../../../src/core/report/tableMetrics.ts';
import { firstLayer, parsePanelModel } from '../../../../webview/report/panelModel.ts';
import { failedLayer, reportOf, sampleReport } from '../../../fixtures/sampleReport.ts';

const DEFAULTS = {
  tab: 'overview',
  selected: '',
  filter: { text: '', role: '', finding: '' },
  findings: { text: '', severity: '', code: '', state: '', group: '' },
  grouped: false,
  sort: null,
  metric: 'alpha',
  columns: [...TABLE_METRICS],
  split: { columns: 54, rows: 36 },
  explain: true,
};

describe('parsePanelModel', () => {
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['text', 'overview'],
    ['an object of another kind', { restore: 'file:///model.onnx' }],
    [
      'parts of the wrong kind',
      { tab: 'gone', selected: 7, sort: 'alpha', columns: [1], metric: '' },
    ],
    ['a divider out of the panel', { split: { columns: 140, rows: -3 } }],
    ['a filter without its parts', { filter: { text: 'a' } }],
  ])('gives the defaults for %s', (_what, kept) => {
    expect(parsePanelModel(kept)).toEqual(DEFAULTS);
  });

  it('keeps what is right beside what is wrong', () => {
    const sort = { column: 'D', direction: 'descending' };
    expect(parsePanelModel({ tab: 'depth', sort, metric: 'noSuchMetric' })).toEqual({
      ...DEFAULTS,
      tab: 'depth',
      sort,
    });
  });

  it('takes back what it gave', () => {
    const model = {
      ...DEFAULTS,
      tab: 'layers',
      selected: 'id',
      columns: ['D', 'tail'],
      findings: { text: 'a', severity: 'error', code: '', state: 'open', group: 'layer' },
      grouped: true,
      split: { columns: 30, rows: 61.5 },
      explain: false,
    };
    expect(parsePanelModel(JSON.parse(JSON.stringify(model)))).toEqual(model);
  });
});

describe('firstLayer', () => {
  const { layers } = sampleReport(60);
  const without = (id: string) => layers.filter((layer) => layer.id !== id);
  const plain = layers.filter((layer) => layer.findings.length === 0);

  it('is the first with the gravest finding that has a spectrum', () => {
    const first = firstLayer(reportOf(layers))!;
    expect(first.findings.some((finding) => finding.severity === 'error')).toBe(true);
    const failed = failedLayer(layers[0]!, 'NaN');
    expect(firstLayer(reportOf([failed, ...without(failed.id)]))).toEqual(first);
  });

  it('is the first of all where there is no finding, or no spectrum', () => {
    expect(firstLayer(reportOf(plain))!.id).toBe(plain[0]!.id);
    expect(firstLayer(reportOf([failedLayer(plain[0]!, 'NaN')]))!.id).toBe(plain[0]!.id);
  });

  it('is undefined in a report without layers', () => {
    expect(firstLayer(reportOf([]))).toBeUndefined();
  });
});
