import { describe, expect, it } from 'vitest';
import { acceptedFindings, parseAcceptance } from '../../../src/core/report/acceptance.ts';
import { acceptedEntry } from '../../../src/core/report/acceptedEntry.ts';
import {
  acceptanceEdit,
  newAcceptanceText,
  type TextEdit,
} from '../../../src/extension/acceptance/acceptanceEdit.ts';
import { reportOf, sampleReport } from '../../fixtures/sampleReport.ts';

const HEAD = acceptedEntry('/head/fc', 'random-like', 'it is trained later');

function edited(text: string, { offset, length, text: put }: TextEdit): string {
  return text.slice(0, offset) + put + text.slice(offset + length);
}

const ENTRY = ['{', '  "layer": "/head/fc",', '  "code": "random-like",'];
const REASON = '  "reason": "it is trained later"';
const lines = (indent: string) => [...ENTRY, REASON, '}'].map((line) => `${indent}${line}`);

describe('accepting a finding in eigenscope.json', () => {
  it.each<[string, string, string]>([
    [
      'adds to an empty list',
      '{\n  "accepted": []\n}\n',
      ['{', '  "accepted": [', ...lines('    '), '  ]', '}', ''].join('\n'),
    ],
    [
      'adds after the last, in the layout of the file, and keeps every comment',
      '// why\n{\n  "accepted": [\n    { "layer": "a", "code": "rank-collapse", "reason": "r" } // keep\n  ]\n}\n',
      [
        '// why',
        '{',
        '  "accepted": [',
        '    { "layer": "a", "code": "rank-collapse", "reason": "r" },',
        ...lines('    ').slice(0, -1),
        '    } // keep',
        '  ]',
        '}',
        '',
      ].join('\n'),
    ],
    [
      'keeps the line ends of Windows',
      '{\r\n  "accepted": [\r\n    { "layer": "a", "code": "rank-collapse", "reason": "r" }\r\n  ]\r\n}\r\n',
      [
        '{',
        '  "accepted": [',
        '    { "layer": "a", "code": "rank-collapse", "reason": "r" },',
        ...lines('    '),
        '  ]',
        '}',
        '',
      ].join('\r\n'),
    ],
    [
      'gives a new reason to what is accepted already',
      '{ "accepted": [{ "layer": "/head/fc", "code": "random-like", "reason": "old" /* ? */ }] }',
      '{ "accepted": [{ "layer": "/head/fc", "code": "random-like", "reason": "it is trained later" /* ? */ }] }',
    ],
  ])('%s', (_name, before, after) => {
    const result = edited(before, acceptanceEdit(before, 'eigenscope.json', HEAD));
    expect(result).toBe(after);
    expect(parseAcceptance(result, 'eigenscope.json').accepted).toContainEqual(HEAD);
  });

  it('begins a file that was not there', () => {
    expect(parseAcceptance(newAcceptanceText(HEAD), 'eigenscope.json')).toEqual({
      accepted: [HEAD],
    });
  });

  it.each([
    ['no JSON', '{ "accepted": ['],
    ['another document', '{ "plugins": [] }'],
    ['a list of something else', '{ "accepted": ["a"] }'],
    ['nothing at all', ''],
  ])('leaves a file with %s alone and says why', (_what, text) => {
    expect(() => acceptanceEdit(text, 'eigenscope.json', HEAD)).toThrow(/^eigenscope\.json /);
  });

  it.each([
    ['/a,b/fc', '/a?b/fc'],
    [' padded ', '?padded?'],
    ['', '*'],
  ])('names the layer %j so that the glob finds it again', (id, glob) => {
    const sample = sampleReport(2);
    const layers = sample.layers.map((layer) => ({ ...layer, id, name: id, tensor: id }));
    const report = reportOf(layers);
    const findings = report.layers.flatMap((layer) => layer.findings);
    const [first] = findings;
    const entry = acceptedEntry(id, first?.code ?? 'random-like', 'known');
    expect(entry.layer).toBe(glob);
    expect([...acceptedFindings(report, { accepted: [entry] }).keys()]).toEqual(
      findings.filter(({ code }) => code === entry.code),
    );
  });
});
