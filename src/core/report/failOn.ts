import { findingSchema, type Layer, type Report, type ReportFinding } from './report.ts';

/** What a pipeline can fail on: a code; any warning or error; any error. */
export const FAIL_ON = [...findingSchema.entries.code.options, 'warning', 'error'] as const;

export type FailOn = (typeof FAIL_ON)[number];

export interface FailCriteria {
  readonly failOn: readonly FailOn[];
  /** A report made earlier: what it already has does not count. */
  readonly baseline: Report | undefined;
  readonly accepted: ReadonlyMap<ReportFinding, string>;
}

/** A finding and the layer it is of; none for one of the model as a whole. */
export interface PlacedFinding {
  readonly layer: Layer | undefined;
  readonly finding: ReportFinding;
}

/** The findings that `failOn` names, apart: those that count, and how many do not and why. */
export interface FailVerdict {
  readonly failing: readonly PlacedFinding[];
  readonly inBaseline: number;
  readonly accepted: number;
}

/** A finding is in the baseline where the layer of the same id has one of the same code there. */
export function failVerdict(report: Report, criteria: FailCriteria): FailVerdict {
  const { baseline, accepted } = criteria;
  const named = placedFindings(report).filter(({ finding }) => isNamed(finding, criteria.failOn));
  const known = new Set(baseline ? placedFindings(baseline).map(keyOf) : []);
  const open = named.filter(({ finding }) => !accepted.has(finding));
  const failing = open.filter((placed) => !known.has(keyOf(placed)));
  return {
    failing,
    inBaseline: open.length - failing.length,
    accepted: named.length - open.length,
  };
}

function isNamed({ code, severity }: ReportFinding, failOn: readonly FailOn[]): boolean {
  return (
    failOn.includes(code) ||
    (severity === 'error' && (failOn.includes('error') || failOn.includes('warning'))) ||
    (severity === 'warning' && failOn.includes('warning'))
  );
}

/** Those of the model first, then those of the layers in their order. */
function placedFindings(report: Report): PlacedFinding[] {
  return [
    ...report.findings.map((finding) => ({ layer: undefined, finding })),
    ...report.layers.flatMap((layer) => layer.findings.map((finding) => ({ layer, finding }))),
  ];
}

function keyOf({ layer, finding }: PlacedFinding): string {
  return JSON.stringify([layer?.id ?? null, finding.code]);
}
