import fs from 'node:fs';
import path from 'node:path';
import { openCheckpoint } from '../../../../src/core/checkpoint/openCheckpoint.ts';
import type { Weight } from '../../../../src/core/checkpoint/checkpoint.ts';
import type { PlanLayer } from '../../../../src/core/plan/plan.ts';
import { product } from '../../../fixtures/matrixKinds.ts';
import { gaussian } from '../../../fixtures/matrixKinds.ts';
import { onnx, type OnnxTypes } from '../../../fixtures/onnxProto.ts';
import type { SeededRandom } from '../../../fixtures/seededRandom.ts';

type Action =
  | { readonly action: 'keep' }
  | { readonly action: 'lowrank'; readonly rank: number }
  | { readonly action: 'prune'; readonly sparsity: number; readonly pattern: string }
  | { readonly action: 'quantize'; readonly bits: 2 | 4 | 8; readonly block: number };

/** A plan that does to each weight what `choose` says. */
export function planFor(
  file: string,
  choose: (weight: Weight) => Action,
): { readonly layers: PlanLayer[] } {
  const layers = openCheckpoint(file).weights.map((weight): PlanLayer => {
    const { id, name, tensor, parameters } = weight;
    return {
      ...choose(weight),
      id,
      name,
      tensor,
      locked: false,
      parameters: [parameters, parameters],
      bytes: [4 * parameters, 4 * parameters],
      error: null,
      reason: '',
    };
  });
  return { layers };
}

/** Values of a rows x cols matrix of exact rank. */
export function lowRankValues(
  rows: number,
  cols: number,
  rank: number,
  random: SeededRandom,
): Float64Array {
  const scaled = product(gaussian(rows, rank, random), gaussian(rank, cols, random));
  return scaled.data.map((value) => value / Math.sqrt(rank * cols));
}

export function decoded(file: string): OnnxTypes.ModelProto {
  return onnx.ModelProto.decode(fs.readFileSync(file));
}

export function relativeDifference(a: Float64Array, b: Float64Array): number {
  let [difference, norm] = [0, 0];
  for (const [k, value] of a.entries()) {
    difference += (value - b[k]!) ** 2;
    norm += value ** 2;
  }
  return Math.sqrt(difference / norm);
}

/** What lies in a folder, for tests that nothing is left behind. */
export function namesIn(folder: string): string[] {
  return fs.readdirSync(path.resolve(folder)).sort();
}
