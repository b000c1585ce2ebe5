import path from 'node:path';
import type { CalibrationChoice } from '../../core/plan/calibrationChoice.ts';

/** With absolute paths: those of a plan's file are as they were given, and are looked for beside it. */
export function resolvedChoice(choice: CalibrationChoice, planFile: string): CalibrationChoice {
  const beside = path.dirname(planFile);
  return { ...choice, sources: choice.sources.map((source) => resolved(source, beside)) };
}

/** `NAME=FILE` gives a file for one input. */
function resolved(source: string, folder: string): string {
  const [, name = '', file = source] = /^([^=]*=)(.*)$/s.exec(source) ?? [];
  return name + path.resolve(folder, file);
}
