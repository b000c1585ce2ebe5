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
