export interface TextColumn {
  readonly title: string;
  readonly align: 'left' | 'right';
  /** Longer cells are shortened in the middle, where names of one model differ least. */
  readonly maxWidth?: number;
}

/** Rows as lines of aligned text, the header first. Control characters in cells are shown, not obeyed. */
export function textTable(
  columns: readonly TextColumn[],
  rows: readonly (readonly string[])[],
): string[] {
  const cells = [columns.map((column) => column.title), ...rows].map((row) =>
    row.map((cell, k) => shortened(printable(cell), columns[k]!.maxWidth ?? Infinity)),
  );
  const widths = columns.map((_, k) => Math.max(...cells.map((row) => row[k]!.length)));
  return cells.map((row) =>
    row
      .map((cell, k) =>
        columns[k]!.align === 'right' ? cell.padStart(widths[k]!) : cell.padEnd(widths[k]!),
      )
      .join('  ')
      .trimEnd(),
  );
}

function shortened(text: string, width: number): string {
  if (text.length <= width) return text;
  const head = Math.floor((width - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (width - 1 - head))}`;
}

/** Names come from files: an escape sequence in one must not reach the terminal. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}
