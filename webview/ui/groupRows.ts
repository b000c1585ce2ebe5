/** How a table puts its rows under headings. */
export interface Grouping<Row> {
  /** Key of the group that a row belongs to. */
  readonly of: (row: Row) => string;
  /** Its heading. */
  readonly label: (key: string) => string;
  /** Keys of the groups whose rows are not shown. */
  readonly collapsed: ReadonlySet<string>;
  readonly onToggle: (key: string) => void;
}

export type Line<Row> =
  | {
      readonly kind: 'group';
      /** Unlike that of any row or other group. */
      readonly key: string;
      readonly group: string;
      readonly label: string;
      readonly count: number;
      readonly collapsed: boolean;
    }
  | { readonly kind: 'row'; readonly key: string; readonly row: Row };

/**
 * The lines of a table: rows as they are ordered, or under the heading of their group, the groups in the
 * order in which the unordered rows first name them, so that sorting does not move them.
 */
export function linesOf<Row>(
  ordered: readonly Row[],
  unordered: readonly Row[],
  keyOf: (row: Row) => string,
  grouping: Pick<Grouping<Row>, 'of' | 'label' | 'collapsed'> | undefined,
): readonly Line<Row>[] {
  const line = (row: Row): Line<Row> => ({ kind: 'row', key: keyOf(row), row });
  if (!grouping) return ordered.map(line);
  const members = new Map<string, Row[]>(unordered.map((row) => [grouping.of(row), []]));
  for (const row of ordered) members.get(grouping.of(row))?.push(row);
  return [...members].flatMap(([group, rows]): readonly Line<Row>[] => {
    const collapsed = grouping.collapsed.has(group);
    return [
      {
        kind: 'group',
        key: `\u0000${group}`,
        group,
        label: grouping.label(group),
        count: rows.length,
        collapsed,
      },
      ...(collapsed ? [] : rows.map(line)),
    ];
  });
}
