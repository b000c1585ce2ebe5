import { describe, expect, it } from 'vitest';
import { acceptedFindings } from '../../../../src/core/report/acceptance.ts';
import {
  codesOf,
  filterFindings,
  findingRows,
  openReport,
  textUnderName,
} from '../../../../webview/report/findingRows.ts';
import { reportOf, sampleReport } from '../../../fixtures/sampleReport.ts';

const { layers } = sampleReport(120, 5);
const report = reportOf(layers, {
  findings: [{ code: 'no-weights', severity: 'warning', text: 'Said of the model.', evidence: {} }],
});
const collapsed = layers.find(({ findings }) =>
  findings.some(({ code }) => code === 'rank-collapse'),
)!;
const reasons = acceptedFindings(report, {
  accepted: [
    { layer: collapsed.id, code: 'rank-collapse', reason: 'Pruned on purpose' },
    { layer: '*', code: 'no-weights', reason: 'Known' },
  ],
});
const rows = findingRows(report, reasons);
const ALL = { text: '', severity: '', code: '', state: '', group: '' };

const total = layers.reduce((sum, { findings }) => sum + findings.length, report.findings.length);

describe('findingRows', () => {
  it('has every finding once, the gravest first, in the order of the graph', () => {
    expect(rows).toHaveLength(total);
    expect(new Set(rows.map(({ key }) => key)).size).toBe(total);
    const order = rows.map(({ finding }) => ['error', 'warning', 'info'].indexOf(finding.severity));
    expect(order).toEqual([...order].sort());
    const errors = rows.filter(({ finding }) => finding.severity === 'error');
    const places = errors.map(({ layer }) => layers.indexOf(layer!));
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  it('says which are accepted, and why', () => {
    expect(rows.flatMap(({ accepted }) => accepted ?? []).sort()).toEqual([
      'Known',
      'Pruned on purpose',
    ]);
  });

  it('names each kind once', () => {
    expect([...codesOf(rows)].sort()).toEqual([
      'heavy-tail',
      'no-weights',
      'random-like',
      'rank-collapse',
    ]);
  });
});

describe('filterFindings', () => {
  it.each([
    ['nothing', {}, total],
    [
      'severity',
      { severity: 'error' },
      rows.filter((row) => row.finding.severity === 'error').length,
    ],
    [
      'kind',
      { code: 'heavy-tail' },
      rows.filter((row) => row.finding.code === 'heavy-tail').length,
    ],
    ['text of the layer', { text: collapsed.name.toUpperCase() }, collapsed.findings.length],
    ['text of the sentence', { text: 'said of the MODEL' }, 1],
    ['text of the reason', { text: 'on purpose' }, 1],
    ['acceptance', { state: 'accepted' }, 2],
    ['no acceptance', { state: 'open' }, total - 2],
    ['all of them', { severity: 'error', code: 'rank-collapse', state: 'accepted' }, 1],
    ['what is not there', { text: 'no such text' }, 0],
  ])('by %s', (_, filter, expected) => {
    expect(filterFindings(rows, { ...ALL, ...filter })).toHaveLength(expected);
  });
});

describe('openReport', () => {
  it('is the report without what is accepted', () => {
    const open = openReport(report, reasons);
    expect(open.findings).toEqual([]);
    const same = open.layers.find(({ id }) => id === collapsed.id)!;
    expect(same.findings).toEqual(
      collapsed.findings.filter(({ code }) => code !== 'rank-collapse'),
    );
    expect(open.layers.filter((layer, index) => layer !== report.layers[index])).toEqual([same]);
  });

  it('is the report itself where nothing is accepted', () => {
    expect(openReport(report, new Map())).toBe(report);
  });
});

it('a sentence goes on from the name beside it', () => {
  expect(textUnderName('fc1 has rank 3.', 'fc1')).toBe('has rank 3.');
  expect(textUnderName('fc10 has rank 3.', 'fc1')).toBe('fc10 has rank 3.');
});
