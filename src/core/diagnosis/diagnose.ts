import type { Mode, SpectralFigures } from '../spectrum/figures.ts';
import { faultFindings } from './faultFindings.ts';
import type { Finding } from './finding.ts';
import { fitFindings } from './fitFindings.ts';
import { outlierFindings } from './outlierFindings.ts';
import { precisionFindings } from './precisionFindings.ts';
import { rankFindings } from './rankFindings.ts';
import { tailFindings } from './tailFindings.ts';
import { transformFinding, valueFindings, type EntryInput } from './valueFindings.ts';

export interface NonFiniteEntries {
  readonly count: number;
  /** Row-major index in the tensor. */
  readonly firstIndex: number;
  readonly elements: number;
}

/** One matrix and what became of it: its figures, or why there are none. */
export interface DiagnosisInput {
  readonly name: string;
  readonly figures?: SpectralFigures | undefined;
  readonly mode: Mode;
  readonly rows: number;
  readonly cols: number;
  readonly dtype: string;
  readonly nonFinite?: NonFiniteEntries | undefined;
  /** Why the solver could not finish. */
  readonly failure?: string | undefined;
  /** What the entries say; absent where they were not looked at. */
  readonly entries?: EntryInput | null | undefined;
}

/** An input that has figures. */
export interface SolvedInput extends DiagnosisInput {
  readonly figures: SpectralFigures;
}

/**
 * What a person should know about a matrix, worst first. In compat mode there are no shuffles to compare
 * with, so only what needs none is found. How often each finding is right and wrong: docs/figures.md.
 */
export function diagnose(input: DiagnosisInput): readonly Finding[] {
  const faults = faultFindings(input);
  const { figures } = input;
  if (faults.length > 0 || !figures) return faults;
  const solved: SolvedInput = { ...input, figures };
  // A spectrum that a formula gives is no sign of training, good or bad; why a figure is missing is still said.
  const fixed = transformFinding(input);
  if (fixed.length > 0) return [...fitFindings(solved), ...fixed, ...precisionFindings(solved)];
  return [
    ...rankFindings(solved),
    ...fitFindings(solved),
    ...outlierFindings(solved),
    ...tailFindings(solved),
    ...valueFindings(input),
    ...precisionFindings(solved),
  ];
}
