import { describe, expect, it } from 'vitest';
import {
  acceptedFindings,
  parseAcceptance,
  type Acceptance,
} from '../../../../src/core/report/acceptance.ts';
import { FINDING_CODES } from '../../../../src/core/diagnosis/finding.ts';
import type { ReportFinding } from '../../../../src/core/report/report.ts';
import { reportOf, sampleReport } from '../../../fixtures/sampleReport.ts';

const ENTRY: Acceptance['accepted'][number] = {
  layer: '*',
  code: 'random-like',
  reason: 'untrained head',
};

describe('parseAcceptance', () => {
  it.each([
    ['an empty list', { accepted: [] }],
    ['an entry', { accepted: [ENTRY] }],
    ['the address of its schema', { $schema: 'schema.json', accepted: [ENTRY] }],
  ])('takes %s', (_what, value) => {
    expect(parseAcceptance(`\uFEFF${JSON.stringify(value)}`, 'eigenscope.json')).toEqual(value);
  });

  it.each([
    ['no JSON', '{', /^eigenscope\.json is not JSON: /],
    ['a number', 5, /at its root: .*Expected Object but received 5/],
    ['no list of entries', {}, /at accepted: .*Expected "accepted"/],
    ['an unknown field', { accepted: [], ignore: [] }, /at ignore: /],
    [
      'an unknown code',
      { accepted: [{ ...ENTRY, code: 'x' }] },
      /at accepted\.0\.code: .*"rank-collapse".*received "x"/,
    ],
    [
      'no reason',
      { accepted: [ENTRY, { ...ENTRY, reason: ' ' }] },
      /at accepted\.1\.reason: Expected a text/,
    ],
    [
      'an empty glob',
      { accepted: [{ ...ENTRY, layer: '' }] },
      /at accepted\.0\.layer: Expected a text/,
    ],
    [
      'a number for a glob',
      { accepted: [{ ...ENTRY, layer: 1 }] },
      /at accepted\.0\.layer: .*Expected string but received 1/,
    ],
  ])('refuses %s by name', (_what, value, message) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    expect(() => parseAcceptance(text, 'eigenscope.json')).toThrow(message);
  });

  it.each(FINDING_CODES)('knows the code %s', (code) => {
    expect(
      parseAcceptance(JSON.stringify({ accepted: [{ ...ENTRY, code }] }), 'f').accepted,
    ).toEqual([{ ...ENTRY, code }]);
  });
});

describe('acceptedFindings', () => {
  const finding = (code: ReportFinding['code']): ReportFinding => ({
    code,
    severity: 'warning',
    text: code,
    evidence: {},
  });
  const [first, second] = sampleReport(2).layers;
  const report = reportOf(
    [
      { ...first!, id: 'g/a#w', name: 'a', tensor: 'w', findings: [finding('random-like')] },
      {
        ...second!,
        id: 'g/b#v',
        name: 'b',
        tensor: 'v',
        findings: [finding('random-like'), finding('heavy-tail')],
      },
    ],
    { findings: [finding('no-weights')] },
  );

  it.each<[string, Partial<typeof ENTRY>[], string[]]>([
    ['by name', [{ layer: 'a' }], ['a random-like']],
    ['by id', [{ layer: 'g/*#v' }], ['b random-like']],
    ['by tensor', [{ layer: 'w' }], ['a random-like']],
    ['by several globs', [{ layer: 'a, b' }], ['a random-like', 'b random-like']],
    ['of one code alone', [{ code: 'heavy-tail' }], ['b heavy-tail']],
    ['of no layer', [{ layer: 'c' }], []],
    ['of the model by *', [{ code: 'no-weights' }], ['model no-weights']],
    ['of the model by nothing else', [{ layer: 'a', code: 'no-weights' }], []],
    [
      'twice, for the first reason',
      [{ layer: 'a' }, { layer: 'a', reason: 'x' }],
      ['a random-like'],
    ],
  ])('accepts %s', (_what, changes, expected) => {
    const reasons = acceptedFindings(report, {
      accepted: changes.map((change) => ({ ...ENTRY, ...change })),
    });
    const places = [
      ...report.findings.map((each) => ['model', each] as const),
      ...report.layers.flatMap(({ name, findings }) =>
        findings.map((each) => [name, each] as const),
      ),
    ];
    const taken = places.filter(([, each]) => reasons.has(each));
    expect(taken.map(([name, { code }]) => `${name} ${code}`)).toEqual(expected);
    expect([...reasons.values()]).toEqual(expected.map(() => ENTRY.reason));
  });
});
