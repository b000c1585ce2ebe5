import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { PlanWeight } from '../core/plan/planWeight.ts';
import { CancelledError } from '../protocol/cancellation.ts';
import type { CalibrationRequest, PlanInputsRequest } from './engineApi.ts';
import { measuredSensitivities } from './measuredSensitivity.ts';
import { readModelFile } from './modelFile.ts';
import { startModel } from './modelProcess.ts';
import { chosenSamples } from './chosenSamples.ts';
import { withAdvice } from './verifyModels.ts';
import type { MomentTools, WeightMoments } from './weightMoments.ts';

/**
 * The weights of a request with sensitivities that were measured on the inputs of its calibration, in a process
 * of its own. Throws VerifyError, RewriteError and CancelledError; nothing is left in the folder for
 * temporary files.
 */
export async function sensitiveWeights(
  request: PlanInputsRequest,
  calibrate: CalibrationRequest,
  weights: readonly PlanWeight[],
  { places }: Pick<WeightMoments, 'places'>,
  { dist, signal, onRun = () => undefined }: MomentTools,
): Promise<readonly PlanWeight[]> {
  const { file } = request;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'eigenscope-'));
  let kill = (): void => undefined;
  const onAbort = (): void => kill();
  const checkCancelled = (): void => {
    if (signal?.aborted) throw new CancelledError();
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    checkCancelled();
    const started = (end: () => void): void => void (kill = end);
    const model = await startModel(file, { dist, threads: 1, started });
    const samples = chosenSamples(calibrate, model.interface.inputs, readModelFile(file).hints);
    const wasm = fs.readFileSync(path.join(dist, 'kernels.wasm'));
    const tools = { file, model, samples, places, folder, wasm, checkCancelled, onRun };
    const factors = await measuredSensitivities(request, weights, tools);
    return weights.map((weight) => ({ ...weight, sensitivity: factors.get(weight.id) ?? 1 }));
  } catch (error) {
    checkCancelled();
    throw withAdvice(error, calibrate);
  } finally {
    signal?.removeEventListener('abort', onAbort);
    kill();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
