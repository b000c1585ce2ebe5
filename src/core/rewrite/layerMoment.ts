import type { InputMoment } from '../linalg/inputMoment.ts';
import { outputError } from '../linalg/outputError.ts';
import { outputRoot } from '../linalg/outputRoot.ts';
import type { PlanLayer } from '../plan/plan.ts';
import type { DenseWeight } from './denseWeight.ts';
import { factorShape } from './factorValues.ts';
import type { LayerOutcome } from './layerRewrite.ts';
import { relativeError } from './relativeError.ts';
import { RewriteError } from './rewriteError.ts';
import type { RewriteTools } from './rewriteTools.ts';

/**
 * What the weight of a layer is multiplied with, where its plan went by that; undefined where it went by the
 * weight alone. Throws RewriteError `wrong-plan` where it is needed and nobody has looked at it.
 */
export function momentFor(layer: PlanLayer, { moment }: RewriteTools): InputMoment | undefined {
  if (layer.errorOf !== 'outputs') return undefined;
  const found = moment?.(layer.id);
  if (found) return found;
  throw new RewriteError(
    'wrong-plan',
    `The plan changes '${layer.tensor}' so that its outputs on the plan's inputs stay close, and what it is multiplied with on these is not known here. Give the inputs that the plan was made with, or make a plan without them.`,
  );
}

/** What putting `changed` in the place of a weight's values does to it, and to its outputs where its inputs are known. */
export function changeErrors(
  weight: DenseWeight,
  values: Float64Array,
  changed: Float64Array,
  moment: InputMoment | undefined,
  { kernels, cancelled }: RewriteTools,
): Pick<LayerOutcome, 'relativeError' | 'outputError'> {
  const own = { relativeError: relativeError(values, changed) };
  if (!moment) return own;
  const [rows, cols] = factorShape(weight);
  const root = outputRoot(moment, kernels, cancelled ? { cancelled } : {});
  const change = values.map((value, k) => value - changed[k]!);
  return { ...own, outputError: outputError({ rows, cols, data: values }, change, root, kernels) };
}
