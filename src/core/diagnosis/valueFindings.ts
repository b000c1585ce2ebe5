import type { Orientation, Role } from '../checkpoint/checkpoint.ts';
import type { DiagnosisInput } from './diagnose.ts';
import type { EntryFigures } from './entries/entryFigures.ts';
import type { DuplicateLines, Repeat } from './entries/duplicateLines.ts';
import type { Side } from './entries/lineReader.ts';
import { figureText } from './figureText.ts';
import type { Finding, Severity } from './finding.ts';

/** What the entries say, and what rows and columns are to the layer. */
export interface EntryInput {
  readonly figures: EntryFigures;
  readonly role: Role;
  readonly orientation: Orientation;
  /** Columns of one channel in a convolution's flattened matrix; 1 otherwise. */
  readonly kernelPositions: number;
}

/** Of the lines of a side: fewer are said, and are no warning. */
const SMALL_PART = 0.1;
/** Lines that a sentence lists. */
const IN_TEXT = 4;

/** A layer that a formula gives and no training: nothing else is said of it. */
export function transformFinding({ name, entries }: DiagnosisInput): readonly Finding[] {
  const transform = entries?.figures.transform;
  if (!transform) return [];
  const { kind, text, evidence } = transform;
  return [
    {
      code: 'fixed-transform',
      severity: 'info',
      text: `${name} is ${text}. A formula gives it, not training, so it is left out of summaries and comparisons.`,
      evidence: { kind, ...evidence },
    },
  ];
}

/** Rows and columns without effect, and such as are there twice. */
export function valueFindings(
  input: DiagnosisInput,
  sides: readonly Side[] = ['rows', 'cols'],
): readonly Finding[] {
  const { entries } = input;
  if (!entries) return [];
  return sides.flatMap((side) => [
    ...deadFinding(input, entries, side),
    ...duplicateFinding(input, entries, side),
  ]);
}

function deadFinding(
  { name, rows, cols }: DiagnosisInput,
  entries: EntryInput,
  side: Side,
): readonly Finding[] {
  const { count, zero, first, largest } = entries.figures[side].dead;
  const total = side === 'rows' ? rows : cols;
  // Said once of a matrix of zeros.
  const nothing = count === total && side === 'cols';
  // The row of the padding token.
  const padding = isTable(entries, side) && count === 1;
  if (count === 0 || nothing || padding) return [];
  const are = count === 1 ? 'is' : 'are';
  const small =
    zero === count
      ? `${are} zero`
      : `${are} negligible: ${count === 1 ? 'its' : 'their'} norm is at most ${figureText(largest)} of the median one${zero > 0 ? `, and ${zero} ${zero === 1 ? 'is' : 'are'} zero` : ''}`;
  return [
    {
      code: side === 'rows' ? 'dead-rows' : 'dead-columns',
      severity: severityOf(entries, side, count / total),
      text: `${count} of the ${total} ${linesName(entries, side)} of ${name} ${small} (${listed(first, count)}).`,
      evidence: { count, of: total, zero, largestOverMedian: largest, first: first.join(', ') },
    },
  ];
}

function duplicateFinding(
  { name, rows, cols, dtype }: DiagnosisInput,
  entries: EntryInput,
  side: Side,
): readonly Finding[] {
  const { duplicates, dead } = entries.figures[side];
  const { count, equal, opposite, proportional, first } = duplicates;
  const total = side === 'rows' ? rows : cols;
  // Multiples of a single line: said as rank 1.
  if (count === 0 || count + dead.count === total - 1) return [];
  return [
    {
      code: side === 'rows' ? 'duplicate-rows' : 'duplicate-columns',
      severity: severityOf(entries, side, count / total),
      text: `${count} of the ${total} ${linesName(entries, side)} of ${name} ${count === 1 ? 'repeats' : 'repeat'} another one to the rounding of ${dtype}, ${kindsText(duplicates)} (${repeatsText(first, count)}).`,
      evidence: {
        count,
        of: total,
        equal,
        opposite,
        proportional,
        first: first.map(repeatText).join(', '),
      },
    },
  ];
}

function kindsText({ count, equal, opposite, proportional }: DuplicateLines): string {
  const kinds = [
    [equal, 'equal'],
    [opposite, 'equal but for the sign'],
    [proportional, 'equal up to scale'],
  ] as const;
  const there = kinds.filter(([number]) => number > 0);
  if (there.length === 1) return `${count > 1 ? 'all ' : ''}${there[0]![1]}`;
  return there.map(([number, kind]) => `${number} ${kind}`).join(', ');
}

function repeatText({ line, of, factor }: Repeat): string {
  if (factor === 1) return `${line} = ${of}`;
  if (factor === -1) return `${line} = -${of}`;
  return `${line} = ${figureText(factor)} x ${of}`;
}

function repeatsText(first: readonly Repeat[], count: number): string {
  return `${first.slice(0, IN_TEXT).map(repeatText).join(', ')}${count > IN_TEXT ? ', ...' : ''}`;
}

function listed(first: readonly number[], count: number): string {
  return `${first.slice(0, IN_TEXT).join(', ')}${count > IN_TEXT ? ', ...' : ''}`;
}

/** Rows of a table that no token uses are usual. */
function severityOf(entries: EntryInput, side: Side, part: number): Severity {
  return part < SMALL_PART || isTable(entries, side) ? 'info' : 'warning';
}

function isTable({ role }: EntryInput, side: Side): boolean {
  return role === 'embedding' && side === 'rows';
}

/** What the rows or columns are, as a person who knows the layer calls them. */
function linesName({ role, orientation, kernelPositions }: EntryInput, side: Side): string {
  const positions = kernelPositions > 1 ? ' at a kernel position' : '';
  const isRow = side === 'rows';
  const lines = isRow ? 'rows' : 'columns';
  if (role === 'embedding') return `${lines} (${isRow ? 'entries of the table' : 'features'})`;
  switch (orientation) {
    case 'in-out':
      return `${lines} (${isRow ? 'inputs' : 'outputs'})`;
    case 'out-in':
      return `${lines} (${isRow ? 'outputs' : 'inputs'})`;
    case 'conv':
      return `${lines} (${isRow ? 'output channels' : `input channels${positions}`})`;
    case 'conv-transpose':
      return `${lines} (${isRow ? 'input channels' : `output channels${positions}`})`;
  }
}
