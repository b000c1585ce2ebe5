import * as os from 'node:os';
import * as path from 'node:path';
import type { Checkpoint } from '../core/checkpoint/checkpoint.ts';
import { modelBytes, modelFiles, modelHash } from '../core/checkpoint/modelHash.ts';
import { openCheckpoint } from '../core/checkpoint/openCheckpoint.ts';
import type { Plan } from '../core/plan/plan.ts';
import { checkPlan } from '../core/plan/checkPlan.ts';
import { factorRank } from '../core/rewrite/lowRankRewrite.ts';
import { checkOutputPath } from '../core/rewrite/outputPath.ts';
import { RewriteError } from '../core/rewrite/rewriteError.ts';
import { rewriteMemory } from '../core/rewrite/rewriteMemory.ts';
import type { Compression } from '../core/report/compression/compression.ts';
import type { MomentPlaces } from '../core/moments/momentFile.ts';
import type { RewriteOutcome } from '../core/rewrite/rewriteCheckpoint.ts';
import { removeAbandoned } from '../core/rewrite/unfinishedFolder.ts';
import { CancelledError } from '../protocol/cancellation.ts';
import { checkLoads, type LoadCheck } from './checkLoads.ts';
import { compressionOf } from './compressionOf.ts';
import type { CompressProgress, CompressRequest } from './compressRequest.ts';
import type { CallContext } from './engineApi.ts';
import { withPlanMoments } from './planMoments.ts';
import { planSpectra } from './planSpectra.ts';
import { runRewriteThread } from './rewriteThread.ts';
import type { WorkerPool } from './workerPool.ts';

/** Default share of the free memory that the work may take. */
const MEMORY_SHARE = 0.5;

export interface CompressTools {
  readonly pool: WorkerPool;
  /** worker.mjs */
  readonly script: URL;
  readonly wasm: Uint8Array;
  /** Folder with runner.mjs. */
  readonly dist: string;
  readonly version: string;
}

/**
 * Applies a plan. Throws CheckpointError, PlanError and RewriteError before anything is written where the
 * request is at fault, VerifyError where the inputs of a calibrated plan are not those, RewriteError where the output cannot be written or ONNX Runtime rejects it, LinalgError,
 * and CancelledError; no file is left then.
 */
export async function compressModel(
  request: CompressRequest,
  tools: CompressTools,
  context: CallContext<CompressProgress> = {},
): Promise<Compression> {
  const { file, plan, planFile, inputs = [], output, replace } = request;
  const { signal, onProgress } = context;
  const tell = (progress: CompressProgress): void => onProgress?.(progress);
  const checkpoint = openCheckpoint(file);
  checkOutputPath(output, modelFiles(checkpoint), replace);
  removeAbandoned(output);
  const sha256 = await hashed(checkpoint, signal);
  checkPlan(
    plan,
    planFile,
    { file: path.basename(file), sha256 },
    checkpoint.weights.map((weight) => ({ id: weight.id, rank: factorRank(weight) })),
  );
  const { pool, script, wasm } = tools;
  pool.memoryLimit = request.memoryLimit > 0 ? request.memoryLimit : os.freemem() * MEMORY_SHARE;
  checkMemory(checkpoint, plan, pool.memoryLimit);
  const spectra = await planSpectra(checkpoint, plan, pool, {
    ...(signal ? { signal } : {}),
    onProgress: ({ layersDone: done, layersTotal: total, running }) =>
      tell({ phase: 'solving', done, total, layer: running[0] ?? '' }),
  });
  const names = new Map(plan.layers.map(({ tensor, name }) => [tensor, name]));
  let check: LoadCheck | undefined;
  const rewrite = (moments: MomentPlaces): Promise<RewriteOutcome> =>
    runRewriteThread({
      start: { wasm, file, layers: plan.layers, output, replace, spectra, moments },
      script,
      signal,
      onLayer: (tensor, done, total) =>
        tell({ phase: 'writing', done, total, layer: names.get(tensor) ?? tensor }),
      check: async (written) => {
        tell({ phase: 'checking', done: 0, total: 1, layer: '' });
        check = await checkLoads(written, { original: file, dist: tools.dist, signal });
        tell({ phase: 'checking', done: 1, total: 1, layer: '' });
      },
    });
  const outcome = await withPlanMoments(
    file,
    plan,
    inputs,
    {
      dist: tools.dist,
      memoryLimit: pool.memoryLimit,
      signal,
      onRun: (done, total) => tell({ phase: 'running', done, total, layer: '' }),
    },
    rewrite,
  );
  return compressionOf({
    version: tools.version,
    model: { file, bytes: modelBytes(checkpoint), sha256 },
    plan,
    planFile,
    outcome,
    check: check!,
  });
}

/** Throws RewriteError where the work on one weight would take more than may be used. */
function checkMemory({ file, weights }: Checkpoint, { layers }: Plan, limit: number): void {
  const byId = new Map(weights.map((weight) => [weight.id, weight]));
  const megabytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MB`;
  for (const layer of layers) {
    const needed = rewriteMemory(byId.get(layer.id)!, layer);
    if (needed > limit)
      throw new RewriteError(
        'too-large',
        `The work on '${layer.name}' of ${file} needs ${megabytes(needed)} of memory and ${megabytes(limit)} may be used. Free memory, raise the memory limit, or let the plan keep this weight.`,
      );
  }
}

async function hashed(checkpoint: Checkpoint, signal: AbortSignal | undefined): Promise<string> {
  try {
    return await modelHash(checkpoint, signal);
  } catch (error) {
    throw signal?.aborted ? new CancelledError() : error;
  }
}
