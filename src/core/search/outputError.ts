import type { SearchMeasure } from '../plan/searchSummary.ts';
import type { Tensors } from '../verify/modelRunner.ts';
import { outputDifference } from '../verify/outputDifference.ts';
import { SearchError } from './searchError.ts';

/** How one output is measured. */
export interface OutputMeasure {
  readonly name: string;
  readonly measure: SearchMeasure;
  /** Whether its last axis holds logits. */
  readonly logits: boolean;
}

/**
 * Decides on the original's outputs how each is measured: those whose last axis holds probabilities on every
 * sample, or logits as a person says, by the divergence; all other numbers by the relative error. Outputs
 * that are all zero on some sample, and texts, are left out. Throws SearchError (`nothing`) where none is
 * left, and for outputs that are not finite.
 *
 * @param references the original's outputs, one entry for each sample
 */
export function outputMeasures(
  references: readonly Tensors[],
  logits: readonly string[] | 'all',
): readonly OutputMeasure[] {
  const measures: OutputMeasure[] = [];
  for (const name of Object.keys(references[0] ?? {})) {
    const asked = logits === 'all' || logits.includes(name);
    const own = references.flatMap((outputs) => outputs[name] ?? []);
    if (own.length < references.length || own.some(({ type }) => type === 'string')) continue;
    const compared = own.map((tensor) => outputDifference(tensor, tensor, asked));
    const faulty = compared.findIndex(({ nonFinite }) => nonFinite.a > 0);
    if (faulty >= 0)
      throw new SearchError(
        'nothing',
        `The original gives ${compared[faulty]!.nonFinite.a} values that are NaN or infinite in its output '${name}' on sample ${faulty}, so that nothing can be measured there. Give other inputs.`,
      );
    if (compared.every(({ kl }) => kl !== null))
      measures.push({ name, measure: 'kl', logits: asked });
    else if (
      own.every(({ values }) => Array.from<unknown>(values).some((value) => Number(value) !== 0))
    )
      measures.push({ name, measure: 'relative-l2', logits: false });
  }
  if (measures.length === 0)
    throw new SearchError(
      'nothing',
      'No output of the model can be measured: on these inputs they are all texts or zeros. Give other inputs.',
    );
  return measures;
}

/**
 * The mean over the outputs of their error against the original's; Infinity where one of them is of another
 * shape, not finite, or no longer a distribution.
 */
export function outputError(
  reference: Tensors,
  outputs: Tensors,
  measures: readonly OutputMeasure[],
): number {
  let sum = 0;
  for (const { name, measure, logits } of measures) {
    const [a, b] = [reference[name], outputs[name]];
    if (!a || !b) return Infinity;
    const { kl, relativeL2, nonFinite, mismatch } = outputDifference(a, b, logits);
    const found = measure === 'kl' ? kl : relativeL2;
    if (mismatch !== '' || nonFinite.differing > 0 || found === null) return Infinity;
    sum += found;
  }
  return sum / measures.length;
}
