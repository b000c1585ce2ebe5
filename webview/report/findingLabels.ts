import type { Layer, ReportFinding } from '../../src/core/report/report.ts';
import { t } from '../ui/localise.ts';

export type FindingCode = ReportFinding['code'];
export type Severity = ReportFinding['severity'];

/** The gravest first. */
export const SEVERITIES: readonly Severity[] = ['error', 'warning', 'info'];

/** A finding's kind in a few words. */
export function findingLabel(code: FindingCode): string {
  switch (code) {
    case 'heavy-tail':
      return t('Heavy tail');
    case 'random-like':
      return t('Random-like');
    case 'rank-collapse':
      return t('Rank collapse');
    case 'heavy-tailed-entries':
      return t('Heavy-tailed entries');
    case 'fit-failed':
      return t('Fit failed');
    case 'fit-untrustworthy':
      return t('Fit not to be trusted');
    case 'non-finite':
      return t('Non-finite weights');
    case 'not-solved':
      return t('Not solved');
    case 'no-weights':
      return t('No weights');
    case 'dead-rows':
      return t('Dead rows');
    case 'dead-columns':
      return t('Dead columns');
    case 'duplicate-rows':
      return t('Duplicate rows');
    case 'duplicate-columns':
      return t('Duplicate columns');
    case 'duplicate-weights':
      return t('Duplicate weights');
    case 'fixed-transform':
      return t('Fixed transform');
    case 'redundant-head':
      return t('Redundant head');
    case 'light-tail':
      return t('Light tail');
    case 'outlier-trap':
      return t('Outlier trap');
    case 'anisotropic':
      return t('Strongly anisotropic');
    case 'rank-below-peers':
      return t('Rank below its peers');
    case 'scale-out-of-line':
      return t('Scale out of line');
    case 'block-stands-out':
      return t('Block stands out');
    case 'fast-precision':
      return t('Fast precision');
  }
}

export function severityLabel(severity: Severity): string {
  switch (severity) {
    case 'error':
      return t('Error');
    case 'warning':
      return t('Warning');
    case 'info':
      return t('Information');
  }
}

/** Of a layer's findings; undefined for a layer without any. */
export function worstSeverity(layer: Layer): Severity | undefined {
  return SEVERITIES.find((severity) =>
    layer.findings.some((finding) => finding.severity === severity),
  );
}

/** The same findings, errors before warnings before information. */
export function gravestFirst(findings: readonly ReportFinding[]): ReportFinding[] {
  const rank = ({ severity }: ReportFinding): number => SEVERITIES.indexOf(severity);
  return [...findings].sort((a, b) => rank(a) - rank(b));
}
