import { expect, it } from 'vitest';
import { groupFindings } from '../../../../webview/report/groupFindings.ts';
import { reportOf, sampleReport } from '../../../fixtures/sampleReport.ts';

const { layers } = sampleReport(120, 5);
const report = reportOf(layers, {
  findings: [
    { code: 'not-solved', severity: 'warning', text: 'Two layers do not fit.', evidence: {} },
  ],
});
const groups = groupFindings(report);

it('has every finding of the layers and of the model in one group', () => {
  const all = [...report.findings, ...layers.flatMap((layer) => layer.findings)];
  expect(groups.flatMap((group) => group.items.map((item) => item.finding)).sort(byText)).toEqual(
    all.sort(byText),
  );
});

it('has the gravest groups first', () => {
  const order = groups.map((group) => ['error', 'warning', 'info'].indexOf(group.severity));
  expect(order).toEqual([...order].sort());
  expect(new Set(order).size).toBe(3);
});

it('keeps the order of the graph inside a group', () => {
  for (const group of groups) {
    const places = group.items.flatMap(({ layer }) => (layer ? [layers.indexOf(layer)] : []));
    expect(places).toEqual([...places].sort((a, b) => a - b));
  }
});

it('has no layer for a finding about the model', () => {
  const own = groups.find((group) => group.code === 'not-solved')!;
  expect(own.items.map((item) => item.layer)).toEqual([undefined]);
});

function byText(a: { text: string }, b: { text: string }): number {
  return a.text < b.text ? -1 : 1;
}
