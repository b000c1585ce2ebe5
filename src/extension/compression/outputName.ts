import { existsSync } from 'node:fs';
import path from 'node:path';
import { PLAN_ENDING } from '../plan/planModelPlace.ts';

/**
 * Where the model that a plan makes goes unless a person says otherwise: beside the plan, called by the model
 * and what the plan's name adds to it (`rec.onnx` by `rec-half.eigenplan.json` gives `rec-half.onnx`, by
 * `half.eigenplan.json` `rec.half.onnx`, by `rec.eigenplan.json` `rec.compressed.onnx`). No file has it yet.
 */
export function freeOutputPlace(plan: string, model: string): string {
  const stem = path.basename(model).replace(/\.onnx$/i, '');
  const planName = path.basename(plan);
  const planStem = planName.toLowerCase().endsWith(PLAN_ENDING)
    ? planName.slice(0, -PLAN_ENDING.length)
    : planName.replace(/\.json$/i, '');
  const place = path.join(path.dirname(plan), nameOf(stem, planStem));
  let free = `${place}.onnx`;
  for (let k = 2; existsSync(free); k++) free = `${place}-${k}.onnx`;
  return free;
}

function nameOf(stem: string, planStem: string): string {
  if (planStem === '' || planStem === stem) return `${stem}.compressed`;
  const continues = planStem.startsWith(stem) && /^[^a-z0-9]/i.test(planStem.slice(stem.length));
  return continues ? planStem : `${stem}.${planStem}`;
}
