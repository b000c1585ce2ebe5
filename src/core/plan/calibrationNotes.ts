import { counted } from '../report/counted.ts';
import type { PlanCalibration } from './plan.ts';
import type { PlanWeight } from './planWeight.ts';

/** What a person should know of errors that are of outputs. */
export function calibrationNotes(
  { kind, sources, samples, sensitivity, sha256 }: PlanCalibration,
  weights: readonly PlanWeight[],
): readonly string[] {
  const seen = weights.filter(({ calibrated }) => calibrated === 'outputs').length;
  const all = weights.filter(({ calibrated }) => calibrated !== undefined).length;
  const inputs = `${counted(samples, 'sample')} of ${kind === 'given' ? sources.join(', ') : 'seeded noise'} (SHA-256 of the samples ${sha256.slice(0, 12)}…)`;
  const rest =
    seen === all
      ? ''
      : ` Of the other ${all - seen} they are of the weights themselves; each says why.`;
  const notes = [
    seen === 0
      ? `Errors are those of the weights: of none of them the outputs could be seen on ${inputs}; each says why.`
      : `Errors of ${seen} of ${counted(all, 'weight')} are of their outputs on ${inputs}, relative to these outputs; what they do to the model's own outputs is measured by verifying the result, on other inputs.${rest}`,
  ];
  if (kind === 'seeded')
    notes.push(
      'Inputs that were made up are weak evidence of what matters: give real ones with --inputs.',
    );
  if (sensitivity)
    notes.push(
      "Each weight's squared error counts as much as it was measured to change the outputs of the model.",
    );
  return notes;
}
