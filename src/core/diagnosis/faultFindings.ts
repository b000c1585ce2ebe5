import type { DiagnosisInput } from './diagnose.ts';
import { counted } from './figureText.ts';
import type { Finding } from './finding.ts';

/** Why a matrix has no figures: entries that are no numbers, or a solve that did not finish. */
export function faultFindings(input: DiagnosisInput): readonly Finding[] {
  const { name, rows, cols, nonFinite, failure } = input;
  if (nonFinite) {
    const { count, firstIndex, elements } = nonFinite;
    const row = Math.floor(firstIndex / cols);
    return [
      {
        code: 'non-finite',
        severity: 'error',
        text: `${name} has ${counted(count, 'weight')} of ${elements} that ${count === 1 ? 'is' : 'are'} NaN or infinite, the first at index ${firstIndex}. It has no spectrum and is left out.`,
        evidence: {
          count,
          firstIndex,
          elements,
          ...(elements === rows * cols ? { row, column: firstIndex % cols } : {}),
        },
      },
    ];
  }
  if (failure === undefined) return [];
  return [
    {
      code: 'not-solved',
      severity: 'error',
      text: `The spectrum of ${name} (${rows} x ${cols}) could not be computed: ${withoutStop(failure)}.`,
      evidence: { rows, cols, reason: failure },
    },
  ];
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.\s*$/, '');
}
