import type { PlanCalibration } from './plan.ts';

/** What plans are to be calibrated on: what a calibration was asked for, without what it came to. */
export type CalibrationChoice = Pick<
  PlanCalibration,
  'sources' | 'rows' | 'samples' | 'dims' | 'seed' | 'sensitivity'
>;

/** The choice that gives that calibration again; undefined where there was none. */
export function calibrationChoice(
  calibration: PlanCalibration | undefined,
): CalibrationChoice | undefined {
  if (!calibration) return undefined;
  const { sources, rows, samples, dims, seed, sensitivity } = calibration;
  return { sources, rows, samples, dims, seed, sensitivity };
}

/** Whether two choices are the same; none is the same as none. */
export function isSameChoice(
  a: CalibrationChoice | undefined,
  b: CalibrationChoice | undefined,
): boolean {
  return keyOf(a) === keyOf(b);
}

function keyOf(choice: CalibrationChoice | undefined): string {
  if (!choice) return '';
  const { sources, rows, samples, dims, seed, sensitivity } = choice;
  const lengths = Object.entries(dims).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([sources, rows, samples, lengths, seed, sensitivity]);
}
