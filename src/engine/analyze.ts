import * as os from 'node:os';
import { openCheckpoint } from '../core/checkpoint/openCheckpoint.ts';
import { blocksOf } from '../core/checkpoint/blocks.ts';
import type { Checkpoint } from '../core/checkpoint/checkpoint.ts';
import { REPORT_SCHEMA, type Report, type ReportFinding } from '../core/report/report.ts';
import { lipschitzBound } from '../core/report/lipschitz.ts';
import { summaryOf } from '../core/report/summary.ts';
import { acrossLayers, type SolvedLayer } from './acrossLayers.ts';
import type { AnalyzeProgress, AnalyzeRequest, CallContext } from './engineApi.ts';
import { deviceConflict } from './deviceChoice.ts';
import { deviceRecord } from './deviceRecord.ts';
import { planEntries, type Entry } from './entries.ts';
import type { ComputeDevices } from './gpu/computeDevice.ts';
import { layerOf } from './layer.ts';
import { valuesAcross } from './valuesAcross.ts';
import { solveEntries } from './solveEntries.ts';
import type { TaskOutcome } from './spectrumTask.ts';
import type { WorkerPool } from './workerPool.ts';

/** What an engine brings to its analyses. */
export interface AnalyzeTools {
  readonly pool: WorkerPool;
  readonly devices: Pick<ComputeDevices, 'of'>;
}

/** Default share of the free memory that running tasks may take together. */
const MEMORY_SHARE = 0.5;

/**
 * The pipeline: checkpoint -> entries -> spectra -> figures and findings -> report. Throws
 * CheckpointError for a file that cannot be read, RangeError for a GPU in exact precision and CancelledError when the signal aborts.
 */
export async function analyze(
  request: AnalyzeRequest,
  { pool, devices }: AnalyzeTools,
  version: string,
  context: CallContext<AnalyzeProgress> = {},
): Promise<Report> {
  const started = performance.now();
  const { device = 'cpu', precision = 'exact' } = request;
  const conflict = deviceConflict(device, precision);
  if (conflict !== undefined) throw new RangeError(conflict);
  const checkpoint = openCheckpoint(request.file);
  const { entries, skipped } = planEntries(checkpoint, request);
  pool.memoryLimit = request.memoryLimit > 0 ? request.memoryLimit : os.freemem() * MEMORY_SHARE;
  const { fits, refused } = byMemory(entries, request, pool.memoryLimit);
  const backend = await pool.backend();
  const gpu = await devices.of(device, precision);
  const outcomes = await solveEntries(fits, pool, { ...context, gpu: gpu.share });
  const outcomeOf = new Map<Entry, TaskOutcome>(fits.map((entry, k) => [entry, outcomes[k]!]));
  const blocks = blockOfWeight(checkpoint);
  const solved = entries.map((entry): SolvedLayer => {
    const outcome = outcomeOf.get(entry) ?? refused.get(entry)!;
    const block = blocks.get(entry.weight.id)!;
    return { outcome, layer: layerOf(entry, outcome, request.mode, block) };
  });
  const { layers, modelFindings } = acrossLayers(solved);
  const weightOf = new Map(layers.map((layer, k) => [layer, entries[k]!.weight.id]));
  const findings = [
    ...emptyFindings(checkpoint, entries),
    ...modelFindings,
    ...valuesAcross(checkpoint, request, entries, outcomeOf).map((each) => ({
      ...each,
      evidence: { ...each.evidence },
    })),
  ];
  return {
    schema: REPORT_SCHEMA,
    tool: { name: 'eigenscope', version },
    model: {
      file: checkpoint.file,
      format: checkpoint.format,
      bytes: checkpoint.bytes,
      parameters: checkpoint.parameters,
      irVersion: checkpoint.irVersion,
      opset: { ...checkpoint.opset },
      producer: checkpoint.producer,
      lipschitz: lipschitzBound(checkpoint.chain, layers, (layer) => weightOf.get(layer)!),
    },
    settings: {
      mode: request.mode,
      precision,
      // In exact precision nothing but the CPU is looked at.
      device: precision === 'exact' ? 'cpu' : device,
      minEigenvalues: request.minEigenvalues,
      seed: request.seed,
    },
    compute: {
      backend: backend.name,
      ...(backend.reason === '' ? {} : { backendReason: backend.reason }),
      ...deviceRecord(gpu, entries),
      workers: pool.size,
      seconds: (performance.now() - started) / 1000,
      cached: outcomes.filter((outcome) => outcome.status === 'solved' && outcome.cached).length,
    },
    layers,
    skipped: skipped.map((each) => ({ ...each, shape: [...each.shape] })),
    findings,
    summary: summaryOf(layers, findings),
  };
}

/** By the id of each weight; all of them are looked at, whatever the request leaves out. */
function blockOfWeight({ weights }: Checkpoint): ReadonlyMap<string, string> {
  const blocks = blocksOf(weights.map((weight) => weight.name));
  return new Map(weights.map((weight, k) => [weight.id, blocks[k]!]));
}

/** Entries the machine can hold, and an outcome for each that it cannot or that an earlier engine died on. */
function byMemory(
  entries: readonly Entry[],
  request: AnalyzeRequest,
  limit: number,
): { fits: readonly Entry[]; refused: ReadonlyMap<Entry, TaskOutcome> } {
  const refused = new Map<Entry, TaskOutcome>();
  for (const entry of entries) {
    // A layer may have any name, such as that of what every object inherits.
    const died = Object.hasOwn(request.failed, entry.id) ? request.failed[entry.id] : undefined;
    if (died !== undefined) refused.set(entry, { status: 'failed', reason: died });
    else if (entry.bytes > limit) {
      const reason = `it needs ${megabytes(entry.bytes)} of memory and ${megabytes(limit)} may be used; free memory or raise the memory limit`;
      refused.set(entry, { status: 'failed', reason });
    }
  }
  return { fits: entries.filter((entry) => !refused.has(entry)), refused };
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MB`;
}

function emptyFindings(checkpoint: Checkpoint, entries: readonly Entry[]): ReportFinding[] {
  if (entries.length > 0) return [];
  const tensors = checkpoint.weights.length + checkpoint.skipped.length;
  const text =
    tensors === 0
      ? 'The model holds no weights: its graph has no constant tensor.'
      : `None of the model's ${tensors} tensors is a weight matrix that can be analyzed; the list of skipped tensors says why for each.`;
  return [{ code: 'no-weights', severity: 'info', text, evidence: { tensors } }];
}
