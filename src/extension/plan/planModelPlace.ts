import { existsSync } from 'node:fs';
import path from 'node:path';

/**
 * Where the model of a plan lies: beside the plan, under the last part of the name that the plan has for it. A
 * plan is a file that anyone may have written: no path in it is followed.
 */
export function modelBeside(plan: string, modelFile: string): string {
  const name = modelFile.split(/[/\\]/).at(-1) || 'model.onnx';
  return path.join(path.dirname(plan), name);
}

export const PLAN_ENDING = '.eigenplan.json';

/** A name for the plan of a model, beside it, that no file has yet: `rec.eigenplan.json`, `rec-2.eigenplan.json`. */
export function freePlanPlace(model: string): { readonly usual: string; readonly free: string } {
  const stem = model.replace(/\.onnx$/i, '');
  const usual = `${stem}${PLAN_ENDING}`;
  let free = usual;
  for (let k = 2; existsSync(free); k++) free = `${stem}-${k}${PLAN_ENDING}`;
  return { usual, free };
}
