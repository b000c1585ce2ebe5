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
  const changed = layers.length - refused;
  const sizes = [
    output ?? '',
    bytesText(bytes.written),
    share.toFixed(1),
    bytesText(bytes.before),
    path.basename(model.file),
  ];
  return [
    changed === 1
      ? t('{0} is written: {1}, {2} % of the {3} of {4}; 1 weight changed.', ...sizes)
      : t('{0} is written: {1}, {2} % of the {3} of {4}; {5} weights changed.', ...sizes, changed),
    ...(refused === 0 ? [] : [refusedText(refused, t)]),
    ...(beside.length > 0 ? [t('{0} belongs to it.', beside.join(', '))] : []),
    ...(check.loaded ? [] : [t('ONNX Runtime has not loaded it to check it; the log says why.')]),
  ].join(' ');
}

function refusedText(refused: number, t: Translate): string {
  return refused === 1
    ? t('1 weight stays as it was though the plan changes it; the log says why.')
    : t('{0} weights stay as they were though the plan changes them; the log says why.', refused);
}

/** Decimal units, three digits: `10.9 MB`. */
function bytesText(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(3, Math.floor(Math.log10(bytes) / 3 + 1e-12));
  const value = bytes / 1000 ** power;
  return `${power === 0 ? value : value.toPrecision(3)} ${UNITS[power]!}`;
}
