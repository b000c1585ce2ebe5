import type { FindingCode } from './finding.ts';

/**
 * Whether a layer is a known transform rather than learned: its figures are shown, but it has no part in
 * distributions over layers and is compared with none.
 */
export function isFixedTransform(layer: {
  readonly findings: readonly { readonly code: FindingCode }[];
}): boolean {
  return layer.findings.some(({ code }) => code === 'fixed-transform');
}
