import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { csvReport } from '../core/report/csvReport.ts';
import { reportHtml, verificationHtml, type HtmlAssets } from '../core/report/html.ts';
import { markdownReport } from '../core/report/markdownReport.ts';
import type { Report } from '../core/report/report.ts';
import { verificationMarkdown } from '../core/report/verification/verificationMarkdown.ts';
import type { Verification } from '../core/report/verification/verification.ts';

/** The forms a report is written in: each is an option of the command line, and the end of file names. */
export const FORMATS = ['json', 'html', 'csv', 'md'] as const;

export type Format = (typeof FORMATS)[number];

/** Those that a verification is written in. */
export const VERIFICATION_FORMATS = ['json', 'html', 'md'] as const;

export type VerificationFormat = (typeof VERIFICATION_FORMATS)[number];

/** The report as text; `dist` is the folder of the built panel. */
export function formatted(report: Report, format: Format, dist: string): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(report, null, 1)}\n`;
    case 'html':
      return reportHtml(report, panelAssets(dist));
    case 'csv':
      return csvReport(report.layers);
    case 'md':
      return markdownReport(report);
  }
}

/** The verification as text of one of the forms that it has. */
export function formattedVerification(
  verification: Verification,
  format: VerificationFormat,
  dist: string,
): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(verification, null, 2)}\n`;
    case 'html':
      return verificationHtml(verification, panelAssets(dist, 'standaloneVerification'));
    case 'md':
      return verificationMarkdown(verification);
  }
}

/** What a page that is one file is made of: the built panel of that name. */
export function panelAssets(dist: string, panel = 'standalone'): HtmlAssets {
  const asset = (name: string): string => fs.readFileSync(path.join(dist, 'webview', name), 'utf8');
  const script = asset(`${panel}.js`);
  const style = asset(`${panel}.css`);
  return { script, style, scriptHash: policyHash(script), styleHash: policyHash(style) };
}

/** The hash of an inline script or style as a content security policy names it. */
function policyHash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
