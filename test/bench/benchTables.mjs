const TITLES = {
  solver: 'One matrix, processor time of one thread',
  windows: 'Batches of windows, processor time of one thread',
  farms: 'FARMS, all cores',
  cores: 'All cores against all cores, by the clock',
  models: 'Whole models: the command `analyze` without a cache',
  growth: 'Growth: the command `analyze` without a cache',
  large: 'Large matrices, processor time of one thread',
  checkpoint: 'A checkpoint of 1.1 billion parameters: the command `analyze` without a cache',
};

/** What `npm run bench` measured, as the Markdown of its page. */
export function benchTables(sections) {
  return Object.entries(TITLES)
    .filter(([name]) => sections[name])
    .map(([name, title]) => sectionOf(title, sections[name]))
    .join('\n\n');
}

function sectionOf(title, { date, machine, load, rows }) {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter(
    (column) => column !== 'unit' && rows.some((row) => (row[column] ?? null) !== null),
  );
  const cell = (row, column) => {
    const value = row[column] ?? null;
    if (value === null) return '-';
    return column === 'median' ? `${value} ${row.unit}` : String(value);
  };
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [
    `### ${title}`,
    `${date}: ${machine}, load ${load} at the end.`,
    [
      line(columns.map((column) => (column === 'name' ? '' : column))),
      line(columns.map((column) => (column === 'name' ? '---' : '---:'))),
      ...rows.map((row) => line(columns.map((column) => cell(row, column)))),
    ].join('\n'),
  ].join('\n\n');
}
