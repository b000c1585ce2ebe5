import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { MARKDOWN_MARK, markdownReport } from '../../../../src/core/report/markdownReport.ts';
import { formatMetric, metricById } from '../../../../src/core/report/metrics.ts';
import type { Report } from '../../../../src/core/report/report.ts';
import { TABLE_METRICS } from '../../../../src/core/report/tableMetrics.ts';
import { visibleName } from '../../../../src/core/report/visibleName.ts';
import { reportOf, sampleReport } from '../../../fixtures/sampleReport.ts';

interface Token {
  readonly type: string;
  readonly content: string;
  readonly children: readonly Token[] | null;
}

interface MarkdownReader {
  readonly linkify: { set(options: object): void };
  parse(markdown: string, environment: object): readonly Token[];
}

/** Reads as GitHub does: HTML is passed on, and addresses in plain text become links. */
const reader = new (
  createRequire(import.meta.url)('markdown-it') as new (options: object) => MarkdownReader
)({ html: true, linkify: true });
reader.linkify.set({ fuzzyLink: false });

/** What a reader sees of an inline token. */
function shown(token: Token): string {
  return (token.children ?? [])
    .filter((child) => child.type !== 'html_inline')
    .map((child) => child.content)
    .join('');
}

/** The rows of all tables, as the texts of their cells. */
function tableRows(tokens: readonly Token[]): string[][] {
  const rows: string[][] = [];
  tokens.forEach((token, k) => {
    if (token.type === 'tr_open') rows.push([]);
    if (token.type === 'td_open' || token.type === 'th_open')
      rows.at(-1)!.push(shown(tokens[k + 1]!));
  });
  return rows;
}

function named(name: string): Report {
  const { layers, model } = sampleReport(1);
  return reportOf(
    [
      {
        ...layers[0]!,
        name,
        findings: [{ code: 'heavy-tail', severity: 'info', text: name, evidence: {} }],
      },
    ],
    {
      model: { ...model, file: 'model.onnx', producer: name },
      skipped: [{ tensor: 'b', shape: [3], dtype: 'float32', reason: `${name} is no matrix` }],
    },
  );
}

const HOSTILE = [
  ['a plain name', '/encoder/layer.0/MatMul'],
  ['one with underscores and colons', 'onnx::MatMul_1234_weight_'],
  ['a pipe', 'a|b'],
  ['an escaped pipe', 'a\\|b'],
  ['a pipe in a code span', 'a`|`b'],
  ['backticks', '``a`'],
  ['a backslash at the end', 'a\\'],
  ['an element', '<img src=x onerror=alert(1)>'],
  ['a comment', '<!-- a'],
  ['a link', '[a](javascript:alert(1))'],
  ['an image', '![a](http://example.com/a.png)'],
  ['an address', 'http://example.com/a'],
  ['an address without its protocol', '//example.com/a'],
  ['a mail address', 'someone@example.com'],
  ['emphasis', '**a** _b_ ~~c~~'],
  ['emphasis by underscores', '__a__ x._b_.c _a_b_'],
  ['underscores alone', '___'],
  ['an entity', '&lt;b&gt; &#65;'],
  ['a heading', '# a'],
  ['a list', '- a'],
  ['a numbered list', '1. a'],
  ['code by indentation', '     a'],
  ['a rule', '---'],
  ['a quotation', '> a'],
  ['a line break', 'a\n\n# b'],
  ['an override of direction', 'conv\u202Egnp.exe'],
  ['a name of 10 kB', 'x'.repeat(10_000)],
] as const;

describe('markdownReport', () => {
  it.each(HOSTILE)('shows %s as text', (_what, name) => {
    const tokens = reader.parse(markdownReport(named(name)), {});
    const inline = tokens.flatMap((token) => token.children ?? []);
    const kinds = new Set(inline.map((token) => token.type));
    for (const kind of ['code_inline', 'html_inline', 'text_special', 'softbreak'])
      kinds.delete(kind);
    expect([...kinds].sort()).toEqual(['strong_close', 'strong_open', 'text']);
    const html = inline.filter((token) => token.type === 'html_inline');
    expect(html.filter((token) => token.content !== '<!-- -->')).toEqual([]);
    const visible = visibleName(name);
    const rows = tableRows(tokens);
    const layer = rows.find((row) => row.length === TABLE_METRICS.length + 4 && row[0] !== 'Layer');
    expect(layer?.[0]).toBe(visible);
    expect(rows.at(-1)).toEqual([`${visible} is no matrix`, '1']);
    expect(tokens.filter((token) => token.type === 'inline').map(shown)).toContain(visible);
    expect(tokens.filter((token) => token.type === 'heading_open')).toHaveLength(6);
  });

  it('has the figures of the catalogue for each layer, in order', () => {
    const report = sampleReport(4);
    const rows = tableRows(reader.parse(markdownReport(report), {}));
    const start = rows.findIndex((row) => row[0] === 'Layer');
    const metrics = TABLE_METRICS.map((id) => metricById(id));
    expect(rows[start]!.slice(4)).toEqual(metrics.map((metric) => metric.label));
    expect(rows.slice(start + 1, start + 5).map((row) => [row[0], ...row.slice(4)])).toEqual(
      report.layers.map((layer) => [
        layer.name,
        ...metrics.map((metric) => formatMetric(metric, layer)),
      ]),
    );
  });

  it('counts what was analyzed, and each reason for what was skipped', () => {
    const text = markdownReport(sampleReport(4));
    expect(text).toContain('- Analyzed: 4 matrices, ');
    expect(text).toContain('- Skipped: 4 tensors\n');
    expect(text).toContain('| It has one axis: a bias or a scale, no matrix. | 2 |\n');
  });

  it('leaves names as they are where nothing in them could act', () => {
    expect(markdownReport(named('conv2d_17.w_0'))).toContain('\n- conv2d_17.w_0\n');
  });

  it('lists the gravest findings first', () => {
    const headings = [...markdownReport(sampleReport(60)).matchAll(/^### (\w+): \S+ \(\d+\)$/gm)];
    expect(headings.map(([, severity]) => severity)).toEqual(['error', 'warning', 'info']);
  });

  it('of a model without weights is whole, and begins with its mark', () => {
    const lines = markdownReport(reportOf([])).split('\n');
    expect(lines[0]).toBe(MARKDOWN_MARK);
    expect(lines.filter((line) => line.startsWith('## '))).toEqual(['## Summary', '## Findings']);
    expect(lines).toContain('None.');
  });
});
