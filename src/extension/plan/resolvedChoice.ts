import { existsSync } from 'node:fs';
import path from 'node:path';
import type { CalibrationChoice } from '../../core/plan/calibrationChoice.ts';

/** With absolute paths: those of a plan's file are as they were given, and are looked for beside it. */
export function resolvedChoice(choice: CalibrationChoice, planFile: string): CalibrationChoice {
  const beside = path.dirname(planFile);
  return { ...choice, sources: choice.sources.map((source) => resolved(source, beside)) };
}

/** `NAME=FILE` gives a file for one input, where no file is called so itself. */
function resolved(source: string, folder: string): string {
  const whole = path.resolve(folder, source);
  const at = source.indexOf('=');
  if (at <= 0 || existsSync(whole)) return whole;
  return source.slice(0, at + 1) + path.resolve(folder, source.slice(at + 1));
}
