import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Plan } from '../../src/core/plan/plan.ts';
import type { Verification } from '../../src/core/report/verification/verification.ts';
import type { EngineClient } from '../../src/engine/client.ts';
import type { VerifyRequest } from '../../src/engine/engineApi.ts';
import { verifyRequest } from '../fixtures/verifyModels.ts';

/** What a plan made of a model. */
export interface CompressedModel {
  readonly bytes: readonly [before: number, after: number];
  readonly predictedBytes: number;
  readonly layers: number;
  /** Greatest difference of the predicted and the measured error of a weight, relative, above float32's rounding. */
  readonly errorGap: number;
  readonly verification: Verification;
}

/**
 * Applies a plan, runs the new model against the original, and removes it. Throws an Error where a layer is
 * refused or the new model does not load, and what the engine throws.
 */
export async function compressedModel(
  engine: EngineClient,
  file: string,
  plan: Plan,
  name: string,
  verify: Partial<VerifyRequest>,
  scratch: string,
): Promise<CompressedModel> {
  const output = path.join(scratch, 'compressed.onnx');
  const request = { file, plan, planFile: name, output, replace: true, memoryLimit: 0 };
  const { bytes, layers, check } = await engine.compress(request);
  const refused = layers.find(({ refused: reason }) => reason !== '');
  if (!check.loaded || refused)
    throw new Error(`${name}: ${refused ? refused.refused : check.reason}`);
  const verification = await engine.verify(verifyRequest(file, output, verify));
  fs.rmSync(output);
  return {
    bytes: [bytes.before, bytes.written],
    predictedBytes: bytes.predicted,
    layers: layers.length,
    errorGap: Math.max(0, ...layers.map(({ error }) => gapOf(error))),
    verification,
  };
}

/** Below what float32 rounds off no two errors can be told apart. */
const FLOOR = 2 * 2 ** -24;

function gapOf({
  predicted,
  measured: found,
}: {
  predicted: number | null;
  measured: number | null;
}): number {
  if (predicted === null || found === null || Math.abs(predicted - found) < FLOOR) return 0;
  return Math.abs(predicted / found - 1);
}
