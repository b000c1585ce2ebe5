import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { resolvedChoice } from '../../../src/extension/plan/resolvedChoice.ts';
import { PlanSources } from '../../../src/extension/plan/planSources.ts';
import { floatNpy } from '../../fixtures/inputArchives.ts';
import { PLANTED_WIDTH, writePlantedSensitivity } from '../../fixtures/plantedSensitivity.ts';
import { seededRandom } from '../../fixtures/seededRandom.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { testEngine } from '../../fixtures/testEngine.ts';

const folder = tempFolder();
const engine = testEngine(path.join(folder, 'cache'));
afterAll(() => engine.dispose());

const model = writePlantedSensitivity(folder, 'planted.onnx', 7);
// Twice as many as a weight has inputs.
const SAMPLES = 2 * PLANTED_WIDTH;
const inputs = path.join(folder, 'inputs.npy');
const random = seededRandom(1);
const values = Array.from({ length: SAMPLES * PLANTED_WIDTH }, () => random.normal());
fs.writeFileSync(inputs, floatNpy([SAMPLES, 1, PLANTED_WIDTH], values));
const needs = { spectra: true, estimator: null, pruning: false, levels: false } as const;
const calibrate = {
  sources: [inputs],
  rows: false,
  samples: 0,
  dims: {},
  seed: 1,
  sensitivity: false,
};

describe('what plans of one model are made from', () => {
  const sources = new PlanSources(() => engine);

  it('is seen on inputs where these are asked for, and both are kept', async () => {
    const plain = await sources.get(model, { needs });
    const seen = await sources.get(model, { needs, calibrate });
    expect(plain.calibration).toBeUndefined();
    expect(seen.calibration).toMatchObject({
      kind: 'given',
      sources: [inputs],
      samples: SAMPLES,
    });
    expect(new Set(seen.weights.map(({ calibrated }) => calibrated))).toEqual(new Set(['outputs']));
    const known = { ...calibrate, samples: SAMPLES };
    expect(await sources.atHand(model, { needs })).toBe(plain);
    expect(await sources.atHand(model, { needs, calibrate: known })).toBe(seen);
    const other = { ...known, sensitivity: true };
    expect(await sources.atHand(model, { needs, calibrate: other })).toBeUndefined();
  });

  it('is no longer at hand when the file of inputs has changed', async () => {
    const known = { ...calibrate, samples: SAMPLES };
    fs.utimesSync(inputs, 1, 1);
    expect(await sources.atHand(model, { needs, calibrate: known })).toBeUndefined();
    expect(await sources.atHand(model, { needs })).toBeDefined();
  });

  it('is refused with the file that cannot be read', async () => {
    const missing = { ...calibrate, sources: [path.join(folder, 'nowhere.npz')] };
    await expect(sources.get(model, { needs, calibrate: missing })).rejects.toThrow(
      /nowhere\.npz do(es)? not exist/,
    );
  });
});

it.each([
  ['real.npz', '/models/real.npz'],
  ['../data/x.npy', '/data/x.npy'],
  ['/elsewhere/x.npz', '/elsewhere/x.npz'],
  ['ids=ids.npy', 'ids=/models/ids.npy'],
  ['ids=/elsewhere/ids.npy', 'ids=/elsewhere/ids.npy'],
])('inputs %s of a plan in /models are %s', (source, expected) => {
  const choice = { ...calibrate, sources: [source] };
  const { sources } = resolvedChoice(choice, path.resolve('/models/m.eigenplan.json'));
  const [name, file] = expected.includes('=') ? expected.split('=') : ['', expected];
  expect(sources).toEqual([`${name === '' ? '' : `${name}=`}${path.resolve(file!)}`]);
});

it('takes a file whose own name has an equals sign as it is', () => {
  const file = path.join(folder, 'lr=0.1.npz');
  fs.writeFileSync(file, '');
  const choice = { ...calibrate, sources: [file] };
  expect(resolvedChoice(choice, model).sources).toEqual([file]);
});
