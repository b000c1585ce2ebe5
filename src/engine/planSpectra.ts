import type { Checkpoint } from '../core/checkpoint/checkpoint.ts';
import type { Plan } from '../core/plan/plan.ts';
import { RewriteError } from '../core/rewrite/rewriteError.ts';
import type { AnalyzeProgress, CallContext } from './engineApi.ts';
import { DEFAULT_SEED } from './engineApi.ts';
import { planEntries } from './entries.ts';
import { spectrumJob } from './planTasks.ts';
import { solveEntries } from './solveEntries.ts';
import type { WorkerPool } from './workerPool.ts';

/**
 * Exact singular values, descending, of each weight that a plan factorises by its own values, by its id: from the cache where
 * they are there. Throws RewriteError where one cannot be had, and CancelledError.
 */
export async function planSpectra(
  checkpoint: Checkpoint,
  plan: Pick<Plan, 'layers'>,
  pool: WorkerPool,
  context: CallContext<AnalyzeProgress>,
): Promise<ReadonlyMap<string, Float64Array>> {
  const wanted = new Set(
    plan.layers.flatMap(({ action, id, errorOf }) =>
      action === 'lowrank' && errorOf !== 'outputs' ? [id] : [],
    ),
  );
  if (wanted.size === 0) return new Map();
  const { entries } = planEntries(checkpoint, {
    file: checkpoint.file,
    mode: 'robust',
    minEigenvalues: 1,
    seed: DEFAULT_SEED,
    layers: '',
    spectra: true,
    memoryLimit: 0,
    failed: {},
  });
  const jobs = entries
    .filter(({ weight, part }) => wanted.has(weight.id) && part.part === '')
    .map((entry) => spectrumJob(entry, false));
  const outcomes = await solveEntries(jobs, pool, context);
  return new Map(
    outcomes.map((outcome, k) => {
      const { weight } = jobs[k]!;
      if (outcome.status === 'solved' && outcome.singularValues)
        return [weight.id, outcome.singularValues];
      const reason =
        outcome.status === 'failed' ? outcome.reason : 'it has NaN or infinite entries';
      throw new RewriteError(
        'wrong-plan',
        `The plan factorises '${weight.name}' of ${checkpoint.file}, whose singular values cannot be had: ${reason}. Let the plan keep this weight.`,
      );
    }),
  );
}
