export const FINDING_CODES = [
  'heavy-tail',
  'random-like',
  'rank-collapse',
  'heavy-tailed-entries',
  'fit-failed',
  'fit-untrustworthy',
  'non-finite',
  'not-solved',
  'no-weights',
  'dead-rows',
  'dead-columns',
  'duplicate-rows',
  'duplicate-columns',
  'duplicate-weights',
  'fixed-transform',
  'redundant-head',
  'light-tail',
  'outlier-trap',
  'anisotropic',
  'rank-below-peers',
  'scale-out-of-line',
  'block-stands-out',
  'fast-precision',
] as const;

export type FindingCode = (typeof FINDING_CODES)[number];

export type Severity = 'info' | 'warning' | 'error';

/** Something a person should know about a layer, and the numbers it rests on. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** One or two whole sentences, with the numbers. */
  readonly text: string;
  readonly evidence: Readonly<Record<string, number | string>>;
}
