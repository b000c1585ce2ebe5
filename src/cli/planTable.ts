import { blockText } from '../core/plan/actionEffect.ts';
import type { Plan, PlanLayer } from '../core/plan/plan.ts';
import { textTable, type TextColumn } from './textTable.ts';
import { counted } from '../core/report/counted.ts';

const COLUMNS: readonly TextColumn[] = [
  { title: 'layer', align: 'left', maxWidth: 40 },
  { title: 'action', align: 'left', maxWidth: 28 },
  { title: 'parameters', align: 'right' },
  { title: 'bytes', align: 'right' },
  { title: 'error', align: 'right' },
  { title: 'why', align: 'left', maxWidth: 72 },
];

/** A plan as a person reads it: its layers, then what they come to. */
export function planLines(plan: Plan): string[] {
  const { axis, method, target, model, achieved, objective, layers } = plan;
  const changed = layers.filter(({ action }) => action !== 'keep').length;
  return [
    ...textTable(COLUMNS, layers.map(rowOf)),
    '',
    `${model.file}: ${axis} by ${method} for ${target.kind}=${target.value}, ${changed} of ${counted(layers.length, 'weight')} changed`,
    `  parameters  ${changeText(achieved.parameters)}`,
    `  bytes       ${changeText(achieved.bytes)}`,
    ...shareLine('rank', achieved.rank, 'of all ranks kept'),
    ...shareLine('bits', achieved.bits, 'a value, with scales and padding'),
    ...shareLine('sparsity', achieved.sparsity, 'of the values zeroed'),
    ...shareLine('error', achieved.error, 'predicted'),
    `  objective   ${figure(objective.error)}${boundText(objective)}`,
    ...searchLines(plan),
    ...plan.notes.map((note) => `  ${note}`),
  ];
}

function rowOf(layer: PlanLayer): string[] {
  return [
    layer.name,
    `${actionText(layer)}${layer.locked ? ', locked' : ''}`,
    shortChange(layer.parameters),
    shortChange(layer.bytes),
    layer.action === 'keep' ? '' : figure(layer.error),
    layer.reason,
  ];
}

/** What a plan does to a layer, in a few words. */
export function actionText(layer: PlanLayer): string {
  switch (layer.action) {
    case 'keep':
      return 'keep';
    case 'lowrank':
      return `rank ${layer.rank}`;
    case 'prune':
      return `prune ${figure(layer.sparsity)} ${layer.pattern}`;
    case 'quantize':
      return `${layer.bits} bits, ${blockText(layer.block)}`;
  }
}

function boundText({ error, bound }: Plan['objective']): string {
  if (bound === null || error === null) return '';
  if (!(error > bound)) return ', which no plan of this budget betters';
  return `, no plan of this budget is below ${figure(bound)} (${figure((100 * (error - bound)) / error)} % less)`;
}

function searchLines({ search }: Plan): string[] {
  if (!search) return [];
  const { inputs, scored, heldOut, generations, evaluations, start } = search;
  const fall = ({ start: from, best }: typeof scored): string =>
    `${figure(from)} > ${figure(best)}${from > 0 ? ` (${figure(100 * (best / from - 1))} %)` : ''}`;
  return [
    `  outputs     ${fall(heldOut)} on ${counted(inputs.heldOut, 'sample')} held out, ${fall(scored)} on the ${inputs.scored} that chose`,
    `              from the plan of ${start} in ${counted(generations, 'generation')}, ${counted(evaluations, 'plan')}`,
  ];
}

function shareLine(label: string, value: number | null, what: string): string[] {
  return value === null ? [] : [`  ${label.padEnd(11)} ${figure(value)} ${what}`];
}

function shortChange([before, after]: readonly [number, number]): string {
  return before === after ? String(before) : `${before} > ${after}`;
}

function changeText([before, after]: readonly [number, number]): string {
  return `${before} > ${after} (${figure(after / before)})`;
}

function figure(value: number | null): string {
  return value === null ? 'unknown' : String(Number(value.toPrecision(4)));
}
