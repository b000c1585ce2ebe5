import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { allocator } from '../../src/core/plan/allocator.ts';

interface Solution {
  readonly options: Readonly<Record<string, number>>;
  readonly total_error: number;
  readonly total_cost: number;
  readonly brute_force_best_error: number;
}

const golden = JSON.parse(
  readFileSync(path.join(import.meta.dirname, 'evopress_dp.json'), 'utf8'),
) as {
  readonly costs: Readonly<Record<string, readonly number[]>>;
  readonly errors: Readonly<Record<string, readonly number[]>>;
  readonly solutions: Readonly<Record<string, Solution>>;
};

const names = Object.keys(golden.costs);
const weights = names.map((name) => ({
  costs: golden.costs[name]!,
  errors: golden.errors[name]!,
}));

describe("EvoPress's table of six layers and five levels", () => {
  test.each(Object.entries(golden.solutions))('budget %s', (budget, solution) => {
    const found = allocator(weights).within(Number(budget))!;
    expect(Object.fromEntries(names.map((name, w) => [name, found.chosen[w]]))).toEqual(
      solution.options,
    );
    expect(found.error).toBeCloseTo(solution.total_error, 12);
    expect(found.error).toBeCloseTo(solution.brute_force_best_error, 12);
    expect(found.cost).toBe(solution.total_cost);
    expect(found.optimal).toBe(true);
  });
});
