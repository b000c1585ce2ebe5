import type { SolvedInput } from './diagnose.ts';
import type { Finding } from './finding.ts';

/** Figures that are not given because the layer was solved in float32, and how to have them. */
export function precisionFindings({ name, figures }: SolvedInput): readonly Finding[] {
  const { unresolved } = figures;
  if (!unresolved) return [];
  return [
    {
      code: 'fast-precision',
      severity: 'info',
      text: `${name} was solved in fast precision, and its smallest singular value is below 1e-5 of the largest, where float32 has no digits left. Figures that rest on it are not given; analyze in exact precision to have them.`,
      evidence: { figures: unresolved.join(', ') },
    },
  ];
}
