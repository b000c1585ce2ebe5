import { describe, expect, it } from 'vitest';
import { FAIL_ON, failVerdict, type FailOn } from '../../../../src/core/report/failOn.ts';
import { FINDING_CODES } from '../../../../src/core/diagnosis/finding.ts';
import type { Report, ReportFinding } from '../../../../src/core/report/report.ts';
import { reportOf, sampleReport } from '../../../fixtures/sampleReport.ts';

const SEVERITY_OF = {
  'heavy-tail': 'info',
  'random-like': 'warning',
  'non-finite': 'error',
} as const;

type Code = keyof typeof SEVERITY_OF;

const finding = (code: Code): ReportFinding => ({
  code,
  severity: SEVERITY_OF[code],
  text: code,
  evidence: {},
});

/** A report of layers a, b, ... with these findings. */
function reportWith(...codes: readonly (readonly Code[])[]): Report {
  const { layers } = sampleReport(codes.length);
  return reportOf(
    layers.map((layer, k) => {
      const name = 'abc'.charAt(k);
      return { ...layer, id: `id-${name}`, name, findings: codes[k]!.map(finding) };
    }),
  );
}

const REPORT = reportWith(['heavy-tail', 'random-like'], ['random-like'], ['non-finite']);

function failing(failOn: readonly FailOn[], baseline?: Report, accepted: ReportFinding[] = []) {
  const verdict = failVerdict(REPORT, {
    failOn,
    baseline,
    accepted: new Map(accepted.map((each) => [each, 'known'])),
  });
  const names = verdict.failing.map(({ layer, finding: { code } }) => `${layer?.name} ${code}`);
  return [names, verdict.inBaseline, verdict.accepted];
}

describe('failVerdict', () => {
  it('can be asked for every code and two severities', () => {
    expect(FAIL_ON).toEqual([...FINDING_CODES, 'warning', 'error']);
  });

  it.each<[FailOn[], string[]]>([
    [[], []],
    [['rank-collapse'], []],
    [['heavy-tail'], ['a heavy-tail']],
    [['random-like'], ['a random-like', 'b random-like']],
    [
      ['heavy-tail', 'non-finite'],
      ['a heavy-tail', 'c non-finite'],
    ],
    [['error'], ['c non-finite']],
    [['warning'], ['a random-like', 'b random-like', 'c non-finite']],
  ])('%j fails on %j', (failOn, expected) => {
    expect(failing(failOn)).toEqual([expected, 0, 0]);
  });

  it.each<[string, Report, string[], number]>([
    ['the same findings', REPORT, [], 3],
    ['none', reportWith([], [], []), ['a random-like', 'b random-like', 'c non-finite'], 0],
    [
      'another code in the layer',
      reportWith(['heavy-tail'], [], []),
      ['a random-like', 'b random-like', 'c non-finite'],
      0,
    ],
    [
      'the code in another layer',
      reportWith([], ['random-like'], []),
      ['a random-like', 'c non-finite'],
      1,
    ],
    ['fewer layers', reportWith(['random-like']), ['b random-like', 'c non-finite'], 1],
  ])('counts only what a baseline with %s has not', (_what, baseline, expected, inBaseline) => {
    expect(failing(['warning'], baseline)).toEqual([expected, inBaseline, 0]);
  });

  it('never fails on an accepted finding', () => {
    const [a, b] = REPORT.layers;
    expect(failing(['random-like'], undefined, [b!.findings[0]!])).toEqual([
      ['a random-like'],
      0,
      1,
    ]);
    const all = [...a!.findings, ...b!.findings];
    expect(failing(['random-like'], REPORT, all)).toEqual([[], 0, 2]);
  });

  it('counts a finding of the model as a whole', () => {
    const none: ReportFinding = { code: 'no-weights', severity: 'info', text: '', evidence: {} };
    const report = reportOf([], { findings: [none] });
    const criteria = { failOn: ['no-weights'], accepted: new Map() } as const;
    expect(failVerdict(report, { ...criteria, baseline: undefined }).failing).toEqual([
      { layer: undefined, finding: none },
    ]);
    expect(failVerdict(report, { ...criteria, baseline: report }).inBaseline).toBe(1);
  });
});
