import * as path from 'node:path';
import type { Plan, PlanLayer } from '../core/plan/plan.ts';
import type { CompressedLayer, Compression } from '../core/report/compression/compression.ts';
import { actionText } from './planTable.ts';
import { printable, textTable, type TextColumn } from './textTable.ts';
import { counted } from '../core/report/counted.ts';

const COLUMNS: readonly TextColumn[] = [
  { title: 'layer', align: 'left', maxWidth: 40 },
  { title: 'action', align: 'left', maxWidth: 28 },
  { title: 'bytes', align: 'right' },
  { title: 'predicted error', align: 'right' },
  { title: 'measured', align: 'right' },
  { title: 'note', align: 'left', maxWidth: 72 },
];

/** What applying a plan did, as a person reads it: its layers, then what they come to. */
export function compressionLines(compression: Compression, plan: Pick<Plan, 'layers'>): string[] {
  const planned = new Map(plan.layers.map((layer) => [layer.id, layer]));
  const { model, files, bytes, layers, check, notes } = compression;
  const refused = layers.filter(({ refused: why }) => why !== '').length;
  const zipped = layers.flatMap(({ gzip }) => (gzip ? [gzip] : []));
  const [output, ...beside] = files.map(({ file }) => printable(path.basename(file)));
  return [
    ...(layers.length > 0
      ? [
          ...textTable(
            COLUMNS,
            layers.map((layer) => rowOf(layer, planned.get(layer.id)!)),
          ),
          '',
        ]
      : []),
    `${output}: ${path.basename(model.file)} with ${counted(layers.length - refused, 'weight')} changed${refusedText(refused)}`,
    `  bytes       ${bytes.before} > ${bytes.written} (${figure(bytes.written / bytes.before)}), ${bytes.predicted} predicted`,
    ...beside.map((file) => `  weights     in ${file}, which belongs to it`),
    ...(zipped.length > 0 ? [`  gzip        ${zippedText(zipped)}`] : []),
    `  check       ${check.loaded ? `loaded by ${check.runtime}` : `not loaded: ${check.reason}`}`,
    ...notes.map((note) => `  ${note}`),
    '  What this does to its outputs: eigenscope verify, with the original and inputs of your own.',
  ];
}

function zippedText(zipped: readonly (readonly [number, number])[]): string {
  const [before, after] = [0, 1].map((k) =>
    zipped.reduce((sum, each) => sum + each[k as 0 | 1], 0),
  );
  return `${before} > ${after} (${figure(after! / before!)}) of the pruned weights; as stored they are as large as before`;
}

function rowOf(
  { name, action, refused, bytes, error, note }: CompressedLayer,
  planned: PlanLayer,
): string[] {
  return [
    name,
    action === 'keep' ? 'kept' : actionText(planned),
    bytes.before === bytes.written ? String(bytes.before) : `${bytes.before} > ${bytes.written}`,
    figure(error.predicted),
    action === 'keep' ? '' : figure(error.measured),
    refused === '' ? note : `not done: ${refused}`,
  ];
}

function figure(value: number | null): string {
  return value === null ? 'unknown' : String(Number(value.toPrecision(4)));
}

function refusedText(refused: number): string {
  if (refused === 0) return '';
  return refused === 1
    ? ', 1 left as it was though the plan changes it'
    : `, ${refused} left as they were though the plan changes them`;
}
