import { describe, expect, it } from 'vitest';
import { planContent } from '../../../src/extension/plan/planContent.ts';
import { newPlanText } from '../../../src/extension/plan/planEdits.ts';
import { samplePlan, samplePlanSource } from '../../fixtures/samplePlan.ts';

const PLAN = samplePlan(samplePlanSource(6));
const TEXT = newPlanText(PLAN);
const lineOf = (text: string, part: string): number =>
  text.slice(0, text.indexOf(part)).split('\n').length;

describe('the content of a plan file', () => {
  it('is the plan, with comments or without', () => {
    expect(planContent(TEXT, 'p')).toEqual({ kind: 'plan', plan: PLAN });
    expect(planContent(`// why\n${TEXT}`, 'p')).toEqual({ kind: 'plan', plan: PLAN });
  });

  it.each(['', '  \n\t'])('is empty where there is nothing in it: %j', (text) => {
    expect(planContent(text, 'p')).toEqual({ kind: 'empty' });
  });

  it.each<[string, string, string, RegExp]>([
    ['a rank of 0', '      "rank": ', '      "rank": 0, "x": ', /layers\.\d+/],
    ['an unknown action', '"action": "lowrank"', '"action": "shrink"', /layers\.\d+\.action/],
    ['a number that is text', '"seed": 1', '"seed": "one"', /seed/],
  ])('names the line of %s', (_name, part, put, message) => {
    const content = planContent(TEXT.replace(part, put), 'p.eigenplan.json');
    if (content.kind !== 'fault') throw new Error(`it is ${content.kind}`);
    expect(content.message).toMatch(message);
    // A field that is one too many is named by the object that has it.
    expect([lineOf(TEXT, part), lineOf(TEXT, part) - 1, lineOf(TEXT, part) - 2]).toContain(
      content.line,
    );
  });

  it('names the line of a field that is missing by what it is missing in', () => {
    const content = planContent(TEXT.replace(/\n {2}"seed": 1,/, ''), 'p');
    expect(content).toMatchObject({ kind: 'fault', line: 1 });
  });

  it('names the line where the text is no JSON', () => {
    const line = lineOf(TEXT, '"layers": [');
    const content = planContent(TEXT.replace('"layers": [', '"layers": {'), 'p');
    expect(content).toMatchObject({ kind: 'fault' });
    expect((content as { line: number }).line).toBeGreaterThanOrEqual(line);
    expect((content as { message: string }).message).toMatch(/^p is not JSON/);
  });

  it('names the line of a layer that is there twice', () => {
    const twice = { ...PLAN, layers: [...PLAN.layers, PLAN.layers[0]!] };
    const text = newPlanText(twice);
    const content = planContent(text, 'p');
    const last = text.slice(0, text.lastIndexOf(`"id": "${PLAN.layers[0]!.id}"`));
    expect(content).toMatchObject({ kind: 'fault', line: last.split('\n').length });
  });
});
