import * as os from 'node:os';
import * as path from 'node:path';
import { blocksOf } from '../core/checkpoint/blocks.ts';
import type { Checkpoint, Weight } from '../core/checkpoint/checkpoint.ts';
import { FLOAT_BYTES } from '../core/checkpoint/elementSize.ts';
import { modelBytes, modelHash } from '../core/checkpoint/modelHash.ts';
import { openCheckpoint } from '../core/checkpoint/openCheckpoint.ts';
import type { PlanModel } from '../core/plan/planTotals.ts';
import type { PlanWeight } from '../core/plan/planWeight.ts';
import { storedFloat, storedSize } from '../core/plan/storedSize.ts';
import { factorisedRows, refusedAltogether, weightRefusals } from '../core/plan/weightRefusals.ts';
import { surveyWeights, type WeightSurvey } from '../core/rewrite/surveyWeights.ts';
import type { AnalyzeProgress, CallContext, PlanInputs, PlanInputsRequest } from './engineApi.ts';
import { DEFAULT_SEED } from './engineApi.ts';
import { planEntries, type Entry } from './entries.ts';
import { alphaOf, planTasks, type PlanJob } from './planTasks.ts';
import { solveEntries } from './solveEntries.ts';
import type { TaskOutcome } from './spectrumTask.ts';
import type { ValueOutcome } from './valueTask.ts';
import type { WorkerPool } from './workerPool.ts';

/** Default share of the free memory that running tasks may take together. */
const MEMORY_SHARE = 0.5;

/**
 * What the planners need of a model: spectra, exponents and measured errors of its weights, from the cache
 * where they are there. Every weight is in the list; one that cannot be read or solved is refused with the
 * reason. Throws CheckpointError and CancelledError.
 */
export async function planInputs(
  request: PlanInputsRequest,
  pool: WorkerPool,
  context: CallContext<AnalyzeProgress> = {},
): Promise<PlanInputs> {
  const checkpoint = openCheckpoint(request.file);
  const model = await planModel(checkpoint, context.signal);
  pool.memoryLimit = request.memoryLimit > 0 ? request.memoryLimit : os.freemem() * MEMORY_SHARE;
  const { entries } = planEntries(checkpoint, {
    file: request.file,
    mode: 'robust',
    minEigenvalues: 1,
    seed: DEFAULT_SEED,
    layers: '',
    spectra: true,
    memoryLimit: 0,
    failed: {},
  });
  const partsOf = new Map<string, Entry[]>();
  for (const entry of entries) {
    const parts = partsOf.get(entry.weight.id) ?? [];
    parts.push(entry);
    partsOf.set(entry.weight.id, parts);
  }
  const surveys = surveyWeights(request.file);
  const jobs = checkpoint.weights.map((weight) =>
    planTasks(weight, partsOf.get(weight.id) ?? [], request, surveys.get(weight.id)!),
  );
  const admitted = jobs.flat().filter((job) => refusal(job, request, pool.memoryLimit) === '');
  const outcomes = await solveEntries(admitted, pool, context);
  const outcomeOf = new Map<PlanJob, TaskOutcome | ValueOutcome>(
    admitted.map((job, k) => [job, outcomes[k]!]),
  );
  const blocks = blocksOf(checkpoint.weights.map(({ name }) => name));
  return {
    model,
    weights: checkpoint.weights.map((weight, k) => {
      const own = jobs[k]!.map((job) => ({
        job,
        outcome: outcomeOf.get(job) ?? {
          status: 'failed' as const,
          reason: refusal(job, request, pool.memoryLimit),
        },
      }));
      return planWeight(weight, blocks[k]!, own, surveys.get(weight.id)!, request);
    }),
  };
}

async function planModel(
  checkpoint: Checkpoint,
  signal: AbortSignal | undefined,
): Promise<PlanModel> {
  return {
    file: path.basename(checkpoint.file),
    bytes: modelBytes(checkpoint),
    parameters: checkpoint.parameters,
    sha256: await modelHash(checkpoint, signal),
  };
}

/** Why a job is not run; '' where it is. */
function refusal({ id, bytes }: PlanJob, { failed }: PlanInputsRequest, limit: number): string {
  const died = failed[id];
  if (died !== undefined) return died;
  const megabytes = (count: number): string => `${Math.ceil(count / 2 ** 20)} MB`;
  return bytes > limit
    ? `it needs ${megabytes(bytes)} of memory and ${megabytes(limit)} may be used; free memory or raise the memory limit`
    : '';
}

interface DoneJob {
  readonly job: PlanJob;
  readonly outcome: TaskOutcome | ValueOutcome;
}

function planWeight(
  weight: Weight,
  block: string,
  done: readonly DoneJob[],
  { refused, added }: WeightSurvey,
  { estimator }: PlanInputsRequest,
): PlanWeight {
  const { id, name, tensor, parameters } = weight;
  const type = storedFloat(weight);
  const bytes = storedSize(weight);
  const rows = factorisedRows(weight);
  const fault = done.map(({ outcome }) => faultOf(outcome)).find((reason) => reason !== '');
  const spectrum = done
    .map(({ job, outcome }) =>
      job.part.part === '' && outcome.status === 'solved' ? outcome.singularValues : null,
    )
    .find((values) => values !== null);
  const values = done
    .map(({ outcome }) => (outcome.status === 'measured' ? outcome.values : null))
    .find((each) => each !== null);
  const energy =
    values?.energy ?? spectrum?.reduce((total, value) => total + value * value, 0) ?? 0;
  return {
    id,
    name,
    tensor,
    block,
    rows,
    cols: rows > 0 ? parameters / rows : 0,
    parameters,
    bytes,
    elementBytes: type ? FLOAT_BYTES[type] : bytes / parameters,
    singularValues: spectrum ?? new Float64Array(0),
    energy,
    values: values ?? null,
    alpha: estimator ? alphaOf(done, estimator) : null,
    refused:
      fault === undefined ? weightRefusals(weight, bytes, refused) : refusedAltogether(fault),
    added,
    locked: null,
    sensitivity: 1,
  };
}

function faultOf(outcome: TaskOutcome | ValueOutcome): string {
  switch (outcome.status) {
    case 'failed':
      return outcome.reason;
    case 'non-finite': {
      const { count, firstIndex, elements } = outcome.nonFinite;
      return `${count} of ${elements} entries are NaN or infinite, the first at index ${firstIndex}`;
    }
    case 'solved':
      return fixedText(outcome.entries?.figures.transform?.text ?? '');
    case 'measured':
      return fixedText(outcome.transform);
  }
}

function fixedText(text: string): string {
  return text === '' ? '' : `it is ${text}, which a formula gives and no training`;
}
