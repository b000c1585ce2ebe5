import * as path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { actionOf } from '../../../src/core/plan/action.ts';
import type { Plan, PlanLayer } from '../../../src/core/plan/plan.ts';
import { DEFAULT_PLAN_SETTINGS } from '../../../src/core/plan/planRequest.ts';
import { rewriteCheckpoint } from '../../../src/core/rewrite/rewriteCheckpoint.ts';
import { splitSamples } from '../../../src/core/search/sampleSplit.ts';
import type { SearchRequest } from '../../../src/engine/engineApi.ts';
import { testKernels } from '../../fixtures/kernels.ts';
import { floats, runOnnx } from '../../fixtures/onnxSession.ts';
import { PLANTED_WIDTH, writePlantedSensitivity } from '../../fixtures/plantedSensitivity.ts';
import { REAL_MODELS } from '../../fixtures/realModels.ts';
import { SEARCH_SAMPLES, searchRequest, writeSearchInputs } from '../../fixtures/searchRequest.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { testEngine } from '../../fixtures/testEngine.ts';

const folder = tempFolder();
const engine = testEngine();
afterAll(() => engine.dispose());

const kernels = await testKernels();
const inputs = writeSearchInputs(folder, 1);
const requestOf = (file: string, changes: Partial<SearchRequest> = {}): SearchRequest =>
  searchRequest(file, [inputs.file], changes);

let applied = 0;

/** The mean relative error of the outputs over samples, of the file that the plan's rewrite gives. */
async function appliedError(file: string, plan: Plan, samples: readonly number[]): Promise<number> {
  const output = path.join(folder, `applied-${applied++}.onnx`);
  rewriteCheckpoint(file, plan, output, { kernels });
  let sum = 0;
  for (const sample of samples) {
    let next = 0;
    const feeds = { x: floats([1, PLANTED_WIDTH], () => inputs.samples[sample]![next++]!) };
    const [a, b] = [(await runOnnx(file, feeds))['y']!, (await runOnnx(output, feeds))['y']!];
    sum += norm(a.map((value, k) => value - b[k]!)) / norm(a);
  }
  return sum / samples.length;
}

function norm(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

describe('a search on a model of planted unequal sensitivity', () => {
  it.each([1, 2, 3, 4, 5])(
    'beats the plan of least weight error by 20 % on held-out samples at equal size, seed %i',
    async (seed) => {
      const file = writePlantedSensitivity(folder, `planted-${seed}.onnx`, seed);
      const start = await engine.plan(requestOf(file, { seed }));
      const { plan, finished } = await engine.search(requestOf(file, { seed }));
      const { heldOut, inputs: used } = plan.search!;
      expect(finished).toBe(true);
      expect(used).toEqual({ kind: 'given', sources: [inputs.file], scored: 12, heldOut: 12 });
      expect(plan.achieved.parameters[1]).toBeLessThanOrEqual(start.achieved.parameters[1]);
      expect(heldOut.best).toBeLessThan(0.8 * heldOut.start);
      expect(plan.objective.error!).toBeGreaterThan(start.objective.error!);
      // Both figures are those of the files that the two plans give, on the samples that chose nothing.
      const samples = splitSamples(SEARCH_SAMPLES, seed).heldOut;
      expect((await appliedError(file, start, samples)) / heldOut.start).toBeCloseTo(1, 4);
      expect((await appliedError(file, plan, samples)) / heldOut.best).toBeCloseTo(1, 4);
    },
  );
});

const planted = writePlantedSensitivity(folder, 'planted.onnx', 7);

const BITS = { axis: 'bits', target: { kind: 'bits', value: 5 } } as const;
const ZEROS = {
  axis: 'sparsity',
  method: 'uniform',
  target: { kind: 'sparsity', value: 0.6 },
} as const;
const EIGHTHS = { ...ZEROS, settings: { ...DEFAULT_PLAN_SETTINGS, pattern: 'n:8' } } as const;
const MIXED = { axis: 'mixed', target: { kind: 'bytes', value: 0.25 } } as const;

describe('a search over every axis', () => {
  it.each<[string, Partial<SearchRequest>, 'parameters' | 'bytes']>([
    ['bits', BITS, 'bytes'],
    ['zeros', ZEROS, 'parameters'],
    ['N of 8', EIGHTHS, 'parameters'],
    ['ranks and bits', MIXED, 'bytes'],
    ['ranks, from those of equal share', { method: 'uniform' }, 'parameters'],
    ['ranks within an error', { target: { kind: 'error', value: 0.5 } }, 'parameters'],
  ])('%s: a better plan that is no larger', async (_, changes, size) => {
    const request = requestOf(planted, changes);
    const start = await engine.plan(request);
    const { plan } = await engine.search(request);
    const { axis, method } = request;
    expect(plan).toMatchObject({ method: 'search', axis, search: { start: method } });
    expect(plan.achieved[size][1]).toBeLessThanOrEqual(start.achieved[size][1]);
    const { heldOut, scored } = plan.search!;
    expect(heldOut.best).toBeLessThan(0.95 * heldOut.start);
    expect(scored.best).toBeLessThan(scored.start);
    const samples = splitSamples(SEARCH_SAMPLES, 1).heldOut;
    expect((await appliedError(planted, plan, samples)) / heldOut.best).toBeCloseTo(1, 3);
  });

  it('measures probabilities by their divergence', async () => {
    const file = writePlantedSensitivity(folder, 'probable.onnx', 3, 'probabilities');
    const { plan } = await engine.search(requestOf(file));
    expect(plan.search!.measures).toEqual({ y: 'kl' });
    expect(plan.search!.heldOut.best).toBeLessThan(0.8 * plan.search!.heldOut.start);
  });

  it('leaves locked layers as they are', async () => {
    const start = await engine.plan(requestOf(planted));
    const locked = start.layers.slice(0, 2).map((layer): PlanLayer => {
      return { ...layer, action: 'lowrank', rank: 5, locked: true };
    });
    const { plan } = await engine.search(requestOf(planted, { locked }));
    const held = plan.layers.slice(0, 2);
    expect(held.map(actionOf)).toEqual(locked.map(actionOf));
    expect(held.map((layer) => layer.locked)).toEqual([true, true]);
  });

  it('says of noise that it is weak evidence', async () => {
    const { plan } = await engine.search(requestOf(planted, { inputs: [], samples: 6 }));
    expect(plan.search!.inputs).toEqual({
      kind: 'synthetic',
      sources: [],
      scored: 3,
      heldOut: 3,
    });
    expect(plan.notes.filter((note) => note.includes('weak evidence'))).toHaveLength(1);
  });

  it('moves nothing in a branch that no sample takes', async () => {
    const request = requestOf(REAL_MODELS.silero5, {
      ...ZEROS,
      inputs: [],
      samples: 4,
      search: { generations: 2, offspring: 8 },
    });
    const start = await engine.plan(request);
    const { plan } = await engine.search(request);
    const [taken, other] = ['then_branch', 'else_branch'].map((branch) =>
      plan.layers.flatMap(({ id }, k) => (id.includes(branch) ? [k] : [])),
    );
    const moved = plan.layers.flatMap((layer, k) =>
      JSON.stringify(layer) === JSON.stringify(start.layers[k]) ? [] : [k],
    );
    expect(other!.length).toBeGreaterThan(5);
    expect(moved.length).toBeGreaterThan(0);
    expect(moved.filter((k) => !taken!.includes(k))).toEqual([]);
    expect(plan.notes.filter((note) => note.includes('no output changes by a bit'))).toHaveLength(
      1,
    );
  });
});
