import {
  OUTPUT_COLUMNS,
  outputCells,
  verificationFacts,
} from '../core/report/verification/figureText.ts';
import type { Verification } from '../core/report/verification/verification.ts';
import { printable, textTable } from './textTable.ts';

/** Wide enough for the names that exporters give. */
const NAME_WIDTH = 32;

/** What a person reads: the verdict, each output with its figures a line each, and what was run. */
export function verificationLines(verification: Verification): string[] {
  const facts = verificationFacts(verification);
  return [
    printable(verification.headline),
    ...verification.outputs.flatMap((output) => {
      const [name, ...cells] = outputCells(output);
      const figures = cells.map((cell, k) => [OUTPUT_COLUMNS[k + 1]!, cell]);
      const reason = output.reason === '' ? [] : [['why', output.reason]];
      return ['', `output ${printable(name!)}`, ...indented([...figures, ...reason])];
    }),
    '',
    ...indented(facts.map(({ label, text }) => [label, text])),
  ];
}

function indented(rows: readonly (readonly string[])[]): string[] {
  const columns = [
    { title: '', align: 'left', maxWidth: NAME_WIDTH },
    { title: '', align: 'left' },
  ] as const;
  return textTable(columns, rows)
    .slice(1)
    .map((line) => `  ${line}`);
}
