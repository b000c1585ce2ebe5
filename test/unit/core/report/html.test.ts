import { describe, expect, it } from 'vitest';
import { embedJson } from '../../../../src/core/report/embedJson.ts';
import { REPORT_ELEMENT, reportHtml, type HtmlAssets } from '../../../../src/core/report/html.ts';
import type { Report } from '../../../../src/core/report/report.ts';
import { reportOf, sampleReport } from '../../../fixtures/sampleReport.ts';

const ASSETS: HtmlAssets = {
  script: 'console.log("panel");',
  style: 'body { margin: 0 }',
  scriptHash: `sha256-${'A'.repeat(43)}=`,
  styleHash: `sha256-${'B'.repeat(43)}=`,
};

function named(name: string): Report {
  const { layers, model } = sampleReport(1);
  return reportOf([{ ...layers[0]!, id: name, name, tensor: name }], {
    model: { ...model, file: `models/${name}`, producer: name },
  });
}

function embedded(html: string): string {
  const open = `<script type="application/json" id="${REPORT_ELEMENT}">`;
  const from = html.indexOf(open) + open.length;
  return html.slice(from, html.indexOf('</script>', from));
}

const HOSTILE = [
  ['an element that ends the script', '</script><img src=x onerror=alert(1)>'],
  ['a comment that opens an escaped script', '<!--<script>'],
  ['an attribute breaker', '"><svg onload=alert(1)>'],
  ['an entity', '&lt;b&gt;'],
  ['line separators', 'a\u2028b\u2029c'],
  ['an override of direction', 'conv\u202Egnp.exe'],
  ['a lone surrogate', 'a\uD800b'],
  ['a name of 10 kB', 'x'.repeat(10_000)],
  ['a template of string replacement', "$& $1 $` $'"],
] as const;

describe('reportHtml', () => {
  it.each(HOSTILE)('carries %s as data alone', (_what, name) => {
    const report = named(name);
    const html = reportHtml(report, ASSETS);
    expect(JSON.parse(embedded(html))).toEqual(JSON.parse(JSON.stringify(report)));
    expect(embedded(html)).not.toContain('<');
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(
      html.match(/<(?!\/?(?:!DOCTYPE|html|head|meta|title|style|body|div|script)\b)/g),
    ).toBeNull();
  });

  it('allows its own script and style and nothing else', () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(
      reportHtml(sampleReport(1), ASSETS),
    )?.[1];
    expect(policy?.split('; ')).toEqual([
      "default-src 'none'",
      `script-src '${ASSETS.scriptHash}'`,
      `style-src '${ASSETS.styleHash}' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='`,
      "base-uri 'none'",
      "form-action 'none'",
    ]);
  });

  it('is named after the file, without its folder', () => {
    expect(reportHtml(sampleReport(1), ASSETS)).toContain(
      '<title>sample.onnx - Eigenscope</title>',
    );
  });

  it('refers to nothing outside itself', () => {
    expect(reportHtml(sampleReport(3), ASSETS)).not.toMatch(/(?:src|href)\s*=|url\(|@import/);
  });

  it.each([
    ['a script that ends its element', { script: 'a = "</SCRIPT >"' }],
    ['a script that opens a comment and a script', { script: '"<!--" + "<script"' }],
    ['a style that ends its element', { style: 'a::after { content: "</style>" }' }],
    ['a hash of another kind', { scriptHash: 'md5-1234' }],
    ['a hash that would add to the policy', { styleHash: "sha256-x' 'unsafe-inline" }],
  ])('refuses %s', (_what, part) => {
    expect(() => reportHtml(sampleReport(1), { ...ASSETS, ...part })).toThrow(RangeError);
  });
});

describe('embedJson', () => {
  it.each(HOSTILE)('gives back %s', (_what, text) => {
    expect(JSON.parse(embedJson({ text }))).toEqual({ text });
  });
});
