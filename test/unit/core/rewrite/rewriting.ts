import fs from 'node:fs';
import path from 'node:path';
import { openCheckpoint } from '../../../../src/core/checkpoint/openCheckpoint.ts';
import type { Weight } from '../../../../src/core/checkpoint/checkpoint.ts';
import type { PlannedAction } from '../../../../src/core/plan/action.ts';
import type { PlanLayer } from '../../../../src/core/plan/plan.ts';
import { planLayers } from '../../../fixtures/planFile.ts';
import { gaussian, product } from '../../../fixtures/matrixKinds.ts';
import { onnx, type OnnxTypes } from '../../../fixtures/onnxProto.ts';
import type { SeededRandom } from '../../../fixtures/seededRandom.ts';

/** A plan that does to each weight what `choose` says. */
export function planFor(
  file: string,
  choose: (weight: Weight) => PlannedAction,
): { readonly layers: PlanLayer[] } {
  return { layers: planLayers(openCheckpoint(file), choose) };
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
