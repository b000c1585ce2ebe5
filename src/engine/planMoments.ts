import type { MomentPlaces } from '../core/moments/momentFile.ts';
import type { Plan } from '../core/plan/plan.ts';
import { inputsError } from '../core/verify/verifyError.ts';
import { withMoments, type MomentTools } from './weightMoments.ts';

/**
 * Runs the model again on the inputs that a plan was made with, and hands on what its weights are multiplied with;
 * an empty map for a plan that goes by the weights alone. The places are good until `use` is over.
 *
 * @param inputs files in the place of those that the plan names; they have to hold the same samples
 * @throws VerifyError (`inputs`) where the samples are not those of the plan, and as `withMoments`
 */
export async function withPlanMoments<T>(
  file: string,
  plan: Pick<Plan, 'layers' | 'calibration'>,
  inputs: readonly string[],
  tools: MomentTools,
  use: (places: MomentPlaces) => Promise<T>,
): Promise<T> {
  const { calibration, layers } = plan;
  const wanted = new Set(
    layers.flatMap(({ id, errorOf, action }) =>
      errorOf === 'outputs' && action !== 'keep' ? [id] : [],
    ),
  );
  if (!calibration || wanted.size === 0) return use(new Map());
  const { sources, rows, samples, dims, seed, sha256, kind } = calibration;
  const files = inputs.length > 0 ? inputs : sources;
  const request = { inputs: files, rows, samples, seed, dims, sensitivity: false };
  return withMoments(file, request, wanted, tools, ({ places, calibration: found }) => {
    if (found.sha256 !== sha256)
      throw inputsError(
        `${kind === 'given' ? files.join(', ') : 'The seeded inputs'}: the samples have the SHA-256 ${found.sha256.slice(0, 12)}…, and the plan was made with ${samples} of ${sha256.slice(0, 12)}…. Give the inputs that it was made with, or plan again with these.`,
      );
    return use(places);
  });
}
