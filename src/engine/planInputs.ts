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
import { outputJob, weighedWeights } from './outputJobs.ts';
import { sensitiveWeights } from './sensitiveWeights.ts';
import { solveEntries, type EntryJob } from './solveEntries.ts';
import type { TaskOutcome } from './spectrumTask.ts';
import type { ValueOutcome } from './valueTask.ts';
import { withMoments, type MomentTools, type WeightMoments } from './weightMoments.ts';
import type { OutcomeOf, WorkerTask } from './workerMessages.ts';
import type { WorkerPool } from './workerPool.ts';

/** Default share of the free memory that running tasks may take together. */
const MEMORY_SHARE = 0.5;

/** What runs a model for its activations. */
export type PlanRuntime = Pick<MomentTools, 'dist'>;

/**
 * What the planners need of a model: spectra, exponents and measured errors of its weights, from the cache
 * where they are there, and of their outputs where inputs are given. Every weight is in the list; one that
 * cannot be read or solved is refused with the reason. Throws CheckpointError, CancelledError, and what
 * running the model throws.
 */
export async function planInputs(
  request: PlanInputsRequest,
  pool: WorkerPool,
  runtime: PlanRuntime,
  context: CallContext<AnalyzeProgress> = {},
): Promise<PlanInputs> {
  pool.memoryLimit = request.memoryLimit > 0 ? request.memoryLimit : os.freemem() * MEMORY_SHARE;
  const { file, calibrate } = request;
  if (!calibrate) return weighedInputs(request, pool, undefined, context);
  const wanted = weighedWeights(openCheckpoint(file).weights, request);
  const { signal } = context;
  const tools = { ...runtime, memoryLimit: pool.memoryLimit, signal, onRun: runProgress(context) };
  return withMoments(file, calibrate, wanted, tools, async (moments) => {
    const found = await weighedInputs(request, pool, moments, context);
    const weights = calibrate.sensitivity
      ? await sensitiveWeights(request, calibrate, found.weights, moments, tools)
      : found.weights;
    return { ...found, weights, calibration: moments.calibration };
  });
}

function runProgress({ onProgress }: CallContext<AnalyzeProgress>) {
  return (done: number, total: number): void =>
    onProgress?.({
      ...{ done, total, layersDone: 0, layersTotal: 0, secondsLeft: null, cached: 0 },
      running: [`run ${done + 1} of ${total} on the inputs`],
      runningIds: [],
    });
}

async function weighedInputs(
  request: PlanInputsRequest,
  pool: WorkerPool,
  moments: WeightMoments | undefined,
  context: CallContext<AnalyzeProgress>,
): Promise<PlanInputs> {
  const checkpoint = openCheckpoint(request.file);
  const model = await planModel(checkpoint, context.signal);
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
  const weighed = weighedWeights(checkpoint.weights, request);
  const jobs = checkpoint.weights.map((weight) => {
    const survey = surveys.get(weight.id)!;
    const own = planTasks(weight, partsOf.get(weight.id) ?? [], request, survey);
    const measured = own.flatMap(({ task }) => ('request' in task ? [task.request] : []));
    const output =
      moments && weighed.has(weight.id)
        ? outputJob(weight, measured[0] ?? null, moments, request)
        : undefined;
    return { own, output };
  });
  const all = jobs.flatMap(({ own, output }) => [
    ...own,
    ...(output && !('refused' in output) ? [output] : []),
  ]);
  const admitted = all.filter((job) => refusal(job, request, pool.memoryLimit) === '');
  const outcomes = await solveEntries<WorkerTask>(admitted, pool, context);
  const outcomeOf = new Map(admitted.map((job, k) => [job as EntryJob<WorkerTask>, outcomes[k]!]));
  const outcome = (job: EntryJob<WorkerTask>): OutcomeOf<WorkerTask> =>
    outcomeOf.get(job) ?? {
      status: 'failed',
      reason: refusal(job, request, pool.memoryLimit),
    };
  const blocks = blocksOf(checkpoint.weights.map(({ name }) => name));
  return {
    model,
    weights: checkpoint.weights.map((weight, k) => {
      const { own, output } = jobs[k]!;
      const done = own.map((job) => ({ job, outcome: outcome(job) as DoneJob['outcome'] }));
      const plain = planWeight(weight, blocks[k]!, done, surveys.get(weight.id)!, request);
      if (!output) return plain;
      return 'refused' in output
        ? { ...plain, calibrated: output }
        : byOutputs(plain, outcome(output));
    }),
  };
}

/** The weight with errors of its outputs in the place of its own. */
function byOutputs(weight: PlanWeight, outcome: OutcomeOf<WorkerTask>): PlanWeight {
  if (outcome.status !== 'weighed') {
    const reason = outcome.status === 'failed' ? outcome.reason : outcome.status;
    return { ...weight, calibrated: { refused: reason.replace(/\.$/, '') } };
  }
  const { singularValues, energy, values } = outcome;
  return {
    ...weight,
    ...(singularValues ? { singularValues } : {}),
    ...(values ? { values } : {}),
    energy,
    calibrated: 'outputs',
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
function refusal(
  { id, bytes }: Pick<PlanJob, 'id' | 'bytes'>,
  { failed }: PlanInputsRequest,
  limit: number,
): string {
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
