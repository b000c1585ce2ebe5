import path from 'node:path';
import type { Compression } from '../../core/report/compression/compression.ts';
import type { Translate } from '../analysis/translate.ts';

const UNITS = ['B', 'kB', 'MB', 'GB'] as const;

/** What applying a plan came to, in a few sentences. */
export function appliedText(
  { model, files, bytes, layers, check }: Compression,
  t: Translate,
): string {
  const refused = layers.filter((layer) => layer.refused !== '').length;
  const [output, ...beside] = files.map(({ file }) => path.basename(file));
  const share = bytes.before > 0 ? (100 * bytes.written) / bytes.before : 100;
  return [
    t(
      '{0} is written: {1}, {2} % of the {3} of {4}; {5} weights changed.',
      output ?? '',
      bytesText(bytes.written),
      share.toFixed(1),
      bytesText(bytes.before),
      path.basename(model.file),
      layers.length - refused,
    ),
    ...(refused > 0
      ? [
          t(
            '{0} weights stay as they were though the plan changes them; the log says why.',
            refused,
          ),
        ]
      : []),
    ...(beside.length > 0 ? [t('{0} belongs to it.', beside.join(', '))] : []),
    ...(check.loaded ? [] : [t('ONNX Runtime has not loaded it to check it; the log says why.')]),
  ].join(' ');
}

/** Decimal units, three digits: `10.9 MB`. */
function bytesText(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(3, Math.floor(Math.log10(bytes) / 3 + 1e-12));
  const value = bytes / 1000 ** power;
  return `${power === 0 ? value : value.toPrecision(3)} ${UNITS[power]!}`;
}
