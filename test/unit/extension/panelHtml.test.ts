import { describe, expect, it } from 'vitest';
import { MESSAGES_ELEMENT, panelHtml } from '../../../src/extension/panels/panelHtml.ts';

const PAGE = {
  title: 'Spectrum: a.onnx',
  language: 'en',
  script: 'https://host/report.js',
  style: 'https://host/report.css',
  cspSource: 'https://host',
  nonce: 'N0nce+/=',
  restore: 'file:///w/a.onnx',
  messages: {},
};

const HOSTILE = `"><script>alert(1)</script>&`;

describe("a panel's page", () => {
  it('allows its own script, style, fonts and pictures and nothing else', () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(panelHtml(PAGE))?.[1];
    expect(policy?.split('; ')).toEqual([
      "default-src 'none'",
      'img-src https://host data:',
      'font-src https://host',
      "style-src https://host 'nonce-N0nce+/='",
      "script-src 'nonce-N0nce+/='",
      "base-uri 'none'",
      "form-action 'none'",
    ]);
  });

  it('hands the nonce to the control library', () => {
    expect(panelHtml(PAGE)).toContain('<meta property="csp-nonce" content="N0nce+/=">');
  });

  it.each(['title', 'restore'] as const)('keeps a hostile %s as text', (field) => {
    const html = panelHtml({ ...PAGE, [field]: HOSTILE });
    expect(html).not.toContain('<script>alert');
    expect(html).toContain('&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;');
  });

  it('carries translations that cannot end their element', () => {
    const messages = { Layers: '</script><script>alert(1)</script>' };
    const html = panelHtml({ ...PAGE, messages });
    const element = new RegExp(`id="${MESSAGES_ELEMENT}">(.*?)</script>`).exec(html);
    expect(JSON.parse(element![1]!)).toEqual(messages);
  });

  it('has two script elements, of which one runs', () => {
    const tags = panelHtml(PAGE).match(/<script[^>]*>/g);
    expect(tags).toEqual([
      `<script type="application/json" id="${MESSAGES_ELEMENT}">`,
      '<script nonce="N0nce+/=" src="https://host/report.js">',
    ]);
  });
});
