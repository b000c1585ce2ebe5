import { describe, expect, it } from 'vitest';
import {
  evolve,
  type EvolutionRequest,
  type EvolutionState,
} from '../../../../src/core/search/evolution.ts';
import { costOfLevels } from '../../../../src/core/search/levelSwap.ts';
import { splitSamples } from '../../../../src/core/search/sampleSplit.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';

/** Ten weights of five equal steps; each sample weighs their errors a little differently. */
const SENSITIVITY = [32, 16, 8, 4, 2, 1, 0.5, 0.25, 0.125, 0.0625];
const COSTS = SENSITIVITY.map(() => [0, 1, 2, 3, 4]);

const OF_SAMPLE = Array.from({ length: 16 }, (_, sample) => {
  const random = seededRandom(100 + sample);
  return SENSITIVITY.map((mean) => mean * (0.8 + 0.4 * random.uniform()));
});

function errorOf(levels: readonly number[], sample: number): number {
  return levels.reduce((sum, level, w) => sum + OF_SAMPLE[sample]![w]! * 4 ** -level, 0);
}

function request(changes: Partial<EvolutionRequest> = {}): EvolutionRequest {
  return {
    costs: COSTS,
    budget: 20,
    start: SENSITIVITY.map(() => 2),
    settings: { generations: 30, offspring: 16 },
    seed: 1,
    ...splitSamples(16, 1),
    error: (levels, sample) => Promise.resolve(errorOf(levels, sample)),
    onGeneration: () => undefined,
    ...changes,
  };
}

const mean = (levels: readonly number[], samples: readonly number[]): number =>
  samples.reduce((sum, sample) => sum + errorOf(levels, sample), 0) / samples.length;

/** The states after the start and each generation. */
async function states(changes: Partial<EvolutionRequest> = {}): Promise<EvolutionState[]> {
  const seen: EvolutionState[] = [];
  await evolve(request({ ...changes, onGeneration: (state) => seen.push(state) }));
  return seen;
}

describe('evolution by level swaps', () => {
  it('comes within a tenth of the best plan of equal cost', async () => {
    const { scored, heldOut } = splitSamples(16, 1);
    const found = await evolve(request());
    // Equal steps whose gain falls by 4 each: greedy by gain is the best plan for the mean sensitivities.
    const best = SENSITIVITY.map(() => 0);
    for (let k = 0; k < 20; k++) {
      const gains = best.map((level, w) =>
        level < 4 ? SENSITIVITY[w]! * (4 ** -level - 4 ** -(level + 1)) : 0,
      );
      best[gains.indexOf(Math.max(...gains))]!++;
    }
    expect(found.scored.best).toBeLessThan(1.1 * mean(best, scored));
    expect(found.scored.start).toBeGreaterThan(2 * mean(best, scored));
    expect(found.heldOut.best).toBeLessThan(1.1 * mean(best, heldOut));
    expect(costOfLevels(found.levels, COSTS)).toBe(20);
  });

  it('never gets worse, and reports the best on each half of the samples', async () => {
    const { scored, heldOut } = splitSamples(16, 1);
    const seen = await states();
    expect(seen.map(({ generation }) => generation)).toEqual(
      Array.from({ length: 31 }, (_, k) => k),
    );
    for (const [k, state] of seen.entries()) {
      expect(state.scored.best).toBeCloseTo(mean(state.levels, scored), 10);
      expect(state.heldOut.best).toBeCloseTo(mean(state.levels, heldOut), 10);
      if (k > 0) expect(state.scored.best).toBeLessThanOrEqual(seen[k - 1]!.scored.best);
      expect([state.scored.start, state.heldOut.start]).toEqual([
        seen[0]!.scored.best,
        seen[0]!.heldOut.best,
      ]);
    }
    expect(seen.at(-1)!.scored.best).toBeLessThan(seen[0]!.scored.best);
    expect(seen.at(-1)!.evaluations).toBe(1 + 30 * 16);
  });

  it('chooses nothing by the samples that are held out', async () => {
    const { heldOut } = splitSamples(16, 1);
    const upside = (levels: readonly number[], sample: number): Promise<number> =>
      Promise.resolve(
        heldOut.includes(sample) ? 1e6 - errorOf(levels, sample) : errorOf(levels, sample),
      );
    const [plain, turned] = [await evolve(request()), await evolve(request({ error: upside }))];
    expect(turned.levels).toEqual(plain.levels);
    expect(turned.heldOut.best).toBeGreaterThan(turned.heldOut.start);
  });

  it('is the same for a seed and another for another', async () => {
    const [once, again, other] = [await states(), await states(), await states({ seed: 2 })];
    expect(again).toEqual(once);
    expect(other.map(({ levels }) => levels)).not.toEqual(once.map(({ levels }) => levels));
  });

  it.each([0, 1, 7, 29, 30])('goes on from generation %i as if it had not stopped', async (k) => {
    const whole = await states();
    expect(await evolve(request({ resume: whole[k] }))).toEqual(whole.at(-1));
  });

  it('stops at a run that throws, and has told of every generation', async () => {
    const seen: EvolutionState[] = [];
    let runs = 0;
    const stopped = evolve(
      request({
        onGeneration: (state) => seen.push(state),
        error: (levels, sample) =>
          runs++ === 200
            ? Promise.reject(new Error('stopped here'))
            : Promise.resolve(errorOf(levels, sample)),
      }),
    );
    await expect(stopped).rejects.toThrow('stopped here');
    expect(runs).toBe(201);
    expect(seen.length).toBeGreaterThan(2);
    expect(seen).toEqual((await states()).slice(0, seen.length));
  });

  it('never keeps a plan that gives unusable outputs on any sample', async () => {
    const { heldOut } = splitSamples(16, 1);
    // The plans that spend most on the first weight fail: on the held-out samples only.
    const broken = (levels: readonly number[], sample: number): Promise<number> =>
      Promise.resolve(
        levels[0]! > 2 && heldOut.includes(sample) ? Infinity : errorOf(levels, sample),
      );
    const found = await evolve(request({ error: broken }));
    expect(found.levels[0]).toBeLessThanOrEqual(2);
    expect(found.scored.best).toBeLessThan(found.scored.start);
  });

  it('does not begin with a plan that gives unusable outputs', async () => {
    const failing = evolve(request({ error: () => Promise.resolve(Infinity) }));
    await expect(failing).rejects.toMatchObject({ name: 'SearchError', code: 'nothing' });
  });

  it('keeps its start where no swap is to be had', async () => {
    const found = await evolve(
      request({ costs: [[1, 2]], start: [0], budget: 1, error: () => Promise.resolve(3) }),
    );
    expect(found).toMatchObject({
      levels: [0],
      evaluations: 1,
      generation: 30,
      scored: { start: 3, best: 3 },
    });
  });
});

describe('the split of samples', () => {
  it.each([2, 3, 16, 31])('takes each of %i once, half of them held out', (count) => {
    const { scored, heldOut } = splitSamples(count, 5);
    expect([scored.length, heldOut.length]).toEqual([Math.ceil(count / 2), Math.floor(count / 2)]);
    expect([...scored, ...heldOut].sort((a, b) => a - b)).toEqual(
      Array.from({ length: count }, (_, k) => k),
    );
    expect(splitSamples(count, 5)).toEqual({ scored, heldOut });
  });

  it.each([0, 1])('needs more than %i', (count) => {
    expect(() => splitSamples(count, 1)).toThrow(/at least 2 samples/);
  });
});
