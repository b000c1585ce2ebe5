import { csvText, type CsvCell } from './csv.ts';
import { METRICS } from './metrics.ts';
import type { Layer } from './report.ts';

/** What a row says about its layer before the figures. */
const ABOUT = [
  ['id', (layer) => layer.id],
  ['name', (layer) => layer.name],
  ['part', (layer) => layer.part],
  ['tensor', (layer) => layer.tensor],
  ['op', (layer) => layer.op],
  ['role', (layer) => layer.role],
  ['dtype', (layer) => layer.dtype],
  ['shape', (layer) => layer.shape.join('x')],
  ['parameters', (layer) => layer.parameters],
  ['matrices', (layer) => layer.matrices],
  ['rows', (layer) => layer.rows],
  ['cols', (layer) => layer.cols],
  ['status', (layer) => layer.status],
] as const satisfies readonly (readonly [string, (layer: Layer) => CsvCell])[];

/** How the first line of every table of ours begins; by it such a file is known again. */
export const CSV_MARK = ABOUT.map(([title]) => title).join(',') + ',';

/**
 * One row a layer, in the order given, with every figure of the catalogue in full precision: the headers
 * are the catalogue's ids, a figure that is null is an empty field. RFC 4180.
 */
export function csvReport(layers: readonly Layer[]): string {
  return csvText(
    [...ABOUT.map(([title]) => title), ...METRICS.map((metric) => metric.id), 'findings', 'reason'],
    layers.map((layer) => [
      ...ABOUT.map(([, of]) => of(layer)),
      ...METRICS.map((metric) => metric.of(layer)),
      layer.findings.map((finding) => finding.code).join(' '),
      layer.reason,
    ]),
  );
}
