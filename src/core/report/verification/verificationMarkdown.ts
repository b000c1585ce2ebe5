import { formatFigure } from '../format.ts';
import { markdownName, markdownText } from '../markdownText.ts';
import { OUTPUT_COLUMNS, outputCells, verificationFacts } from './figureText.ts';
import type { Verification } from './verification.ts';

/** The first line of every verification as Markdown; by it such a file is known again. */
export const VERIFICATION_MARKDOWN_MARK = '<!-- eigenscope.verification/1 as Markdown -->';

/**
 * The verification as GitHub-flavoured Markdown: what was found, on what, and every output with its figures.
 * Names of the models and their outputs appear as text alone, whatever they hold.
 */
export function verificationMarkdown(verification: Verification): string {
  const { outputs, weights } = verification;
  const facts = verificationFacts(verification).map(
    ({ label, text }) => `| ${label} | ${markdownText(text)} |`,
  );
  const blocks = [
    VERIFICATION_MARKDOWN_MARK,
    `# ${verification.passed ? 'Passed' : 'Failed'}`,
    markdownText(verification.headline),
    ['| | |', '| --- | --- |', ...facts].join('\n'),
    '## Outputs',
    'Means over n samples with their intervals, and the worst sample.',
    table(
      OUTPUT_COLUMNS,
      outputs.map((output) => {
        const [name, ...cells] = outputCells(output);
        return [markdownName(name!), ...cells.map(markdownText)];
      }),
    ),
    ...outputs.flatMap(({ name, reason }) =>
      reason === '' ? [] : [`- ${markdownName(name)}: ${markdownText(reason)}`],
    ),
    ...weightBlocks(weights),
    `---\n\nEigenscope ${markdownText(verification.tool.version)}`,
  ];
  return `${blocks.join('\n\n')}\n`;
}

function weightBlocks(weights: Verification['weights']): string[] {
  const changed = weights.filter(
    ({ relativeFrobenius, reason }) => relativeFrobenius !== 0 || reason !== '',
  );
  return [
    '## Weights',
    `${weights.length} in both, ${weights.length - changed.length} of them equal.`,
    ...(changed.length === 0
      ? []
      : [
          table(
            ['weight', 'shape', 'relative Frobenius', 'relative spectral', 'SQNR (dB)', ''],
            changed.map((each) => [
              markdownName(each.id),
              each.shape.join(' x '),
              formatFigure(each.relativeFrobenius, 'scientific'),
              formatFigure(each.relativeSpectral, 'scientific'),
              formatFigure(each.sqnr, 'fixed'),
              markdownText(each.reason),
            ]),
          ),
        ]),
  ];
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}
