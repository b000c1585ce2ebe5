import * as fs from 'node:fs';
import { parsePlan, PlanError } from '../core/plan/parsePlan.ts';
import type { Plan } from '../core/plan/plan.ts';

/** The plan in a file. Throws PlanError where it cannot be read or is none. */
export function readPlanFile(file: string): Plan {
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    throw new PlanError(`${file} cannot be read: ${(error as Error).message}.`);
  }
  return parsePlan(text, file);
}
