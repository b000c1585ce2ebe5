import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/core/plan/plan.ts';
import { parsePlan } from '../../../src/core/plan/parsePlan.ts';
import { newPlanText, planEdits } from '../../../src/extension/plan/planEdits.ts';
import { samplePlan, samplePlanSource } from '../../fixtures/samplePlan.ts';

const PLAN = samplePlan(samplePlanSource(6));
const TEXT = newPlanText(PLAN);

function edited(text: string, plan: Plan): string {
  return [...planEdits(text, plan)]
    .reverse()
    .reduce(
      (whole, { offset, length, text: put }) =>
        whole.slice(0, offset) + put + whole.slice(offset + length),
      text,
    );
}

function withLayer(k: number, layer: Plan['layers'][number]): Plan {
  return { ...PLAN, layers: PLAN.layers.map((each, at) => (at === k ? layer : each)) };
}

const at = PLAN.layers.findIndex(({ action }) => action === 'lowrank');
const first = PLAN.layers[at]!;
const { id, name, tensor, parameters, bytes, error } = first;
const fields = { id, name, tensor, locked: true, parameters, bytes, error, reason: 'locked' };

describe('edits of a plan', () => {
  it('are none where nothing differs, however the text is laid out', () => {
    expect(planEdits(TEXT, PLAN)).toEqual([]);
    expect(planEdits(JSON.stringify(PLAN), PLAN)).toEqual([]);
  });

  it('replace the value that differs and nothing around it', () => {
    const plan = { ...PLAN, target: { ...PLAN.target, value: 0.5 } };
    const [edit, ...others] = planEdits(TEXT, plan);
    expect(others).toEqual([]);
    expect(TEXT.slice(edit!.offset, edit!.offset + edit!.length)).toBe('0.75');
    expect(edit!.text).toBe('0.5');
  });

  it('lock a layer by two words', () => {
    const plan = withLayer(at, { ...first, locked: true, reason: 'locked' });
    expect(planEdits(TEXT, plan).map(({ text }) => text)).toEqual(['true', '"locked"']);
  });

  it.each<[string, Plan['layers'][number]]>([
    ['takes a field away', { action: 'keep', ...fields }],
    ['puts others in its place', { action: 'prune', sparsity: 0.5, pattern: '4:8', ...fields }],
    ['puts as many', { action: 'quantize', bits: 4, block: 32, ...fields }],
  ])('to another action %s, in the layout of the file', (_name, layer) => {
    const plan = withLayer(at, layer);
    expect(edited(TEXT, plan)).toBe(newPlanText(plan));
    const back = edited(newPlanText(plan), PLAN);
    expect(back).toBe(TEXT);
  });

  it.each([1, 2, 3, 4])('give any other plan of the model, and back (target 0.%i5)', (tenth) => {
    const target = { kind: 'parameters', value: tenth / 10 + 0.05 } as const;
    const other = samplePlan(samplePlanSource(6), 'lowrank', target);
    const there = edited(TEXT, other);
    expect(there).toBe(newPlanText(other));
    expect(edited(there, PLAN)).toBe(TEXT);
  });

  it('do not touch one another, and come by rising offset', () => {
    const edits = planEdits(
      TEXT,
      samplePlan(samplePlanSource(6), 'lowrank', { kind: 'parameters', value: 0.3 }),
    );
    expect(edits.length).toBeGreaterThan(5);
    for (const [k, { offset }] of edits.slice(1).entries())
      expect(offset).toBeGreaterThan(edits[k]!.offset + edits[k]!.length);
  });

  it('keep comments, and the line ends of Windows', () => {
    const text = TEXT.replace(
      '  "layers": [',
      '  // by hand: the head is trained later\n  "layers": [ /* in graph order */',
    ).replaceAll('\n', '\r\n');
    const plan = withLayer(at, { action: 'quantize', bits: 4, block: 32, ...fields });
    const there = edited(text, plan);
    expect(there).toContain('// by hand: the head is trained later\r\n');
    expect(there).toContain('/* in graph order */');
    expect(there.replaceAll('\r\n', '')).not.toContain('\n');
    expect(parsePlan(there, 'p')).toEqual(plan);
    expect(edited(there, PLAN)).toBe(text);
  });

  it('stay on one line where the file is on one', () => {
    const text = JSON.stringify(PLAN);
    const plan = withLayer(at, { action: 'keep', ...fields });
    expect(edited(text, plan)).not.toContain('\n');
    expect(parsePlan(edited(edited(text, plan), PLAN), 'p')).toEqual(PLAN);
  });

  it('give a whole file where the text is no object, and a whole list where its length differs', () => {
    for (const text of ['', '[]', 'true']) expect(edited(text, PLAN)).toBe(newPlanText(PLAN));
    const shorter = { ...PLAN, layers: PLAN.layers.slice(1) };
    expect(edited(TEXT, shorter)).toBe(newPlanText(shorter));
  });
});
