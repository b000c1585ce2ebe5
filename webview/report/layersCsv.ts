import { csvText } from '../../src/core/report/csv.ts';
import { METRICS } from '../../src/core/report/metrics.ts';
import type { Layer } from '../../src/core/report/report.ts';
import { formatShape } from './quantities.ts';

/** Every figure of these layers in full precision; the headers are the catalogue's ids. */
export function layersCsv(layers: readonly Layer[]): string {
  return csvText(
    [
      'id',
      'name',
      'part',
      'tensor',
      'op',
      'role',
      'dtype',
      'shape',
      'parameters',
      'status',
      ...METRICS.map((metric) => metric.id),
      'findings',
    ],
    layers.map((layer) => [
      layer.id,
      layer.name,
      layer.part,
      layer.tensor,
      layer.op,
      layer.role,
      layer.dtype,
      formatShape(layer.shape),
      layer.parameters,
      layer.status,
      ...METRICS.map((metric) => metric.of(layer)),
      layer.findings.map((finding) => finding.code).join(' '),
    ]),
  );
}
