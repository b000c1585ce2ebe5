import { describe, expect, it } from 'vitest';
import { CSV_MARK, csvReport } from '../../../../src/core/report/csvReport.ts';
import { METRICS } from '../../../../src/core/report/metrics.ts';
import { failedLayer, sampleReport } from '../../../fixtures/sampleReport.ts';

const { layers } = sampleReport(3);

/** The fields of a table in which no field is quoted. */
function fields(csv: string): string[][] {
  return csv
    .trimEnd()
    .split('\r\n')
    .map((line) => line.split(','));
}

describe('csvReport', () => {
  const [header, ...rows] = fields(csvReport(layers));
  const column = (title: string) => rows.map((row) => row[header!.indexOf(title)]);

  it('has one row a layer, in order, and a column for every figure of the catalogue', () => {
    expect(column('id')).toEqual(layers.map((layer) => layer.id));
    expect(rows.map((row) => row.length)).toEqual(rows.map(() => header!.length));
    expect(header!.slice(-METRICS.length - 2)).toEqual([
      ...METRICS.map((metric) => metric.id),
      'findings',
      'reason',
    ]);
  });

  it.each(METRICS.map((metric) => [metric.id, metric] as const))(
    'gives %s in full precision',
    (id, metric) => {
      expect(column(id)).toEqual(layers.map((layer) => String(metric.of(layer) ?? '')));
    },
  );

  it('leaves the figures of a layer that was not solved empty, and says why', () => {
    const failed = failedLayer(layers[0]!, '3 of 9 entries are NaN');
    const [, row] = fields(csvReport([failed]));
    const figures = row!.slice(-METRICS.length - 2);
    expect(figures).toEqual([...METRICS.map(() => ''), 'non-finite', '3 of 9 entries are NaN']);
  });

  it('begins with its mark, with layers or without', () => {
    expect(csvReport(layers).startsWith(CSV_MARK)).toBe(true);
    expect(csvReport([]).startsWith(CSV_MARK)).toBe(true);
  });

  it('cannot be made to run by a name', () => {
    const csv = csvReport([{ ...layers[0]!, id: '=1+1', name: '@SUM(1),"x"\n' }]);
    expect(csv).toContain(`\r\n'=1+1,"'@SUM(1),""x""\n",`);
  });
});
