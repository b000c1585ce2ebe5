import { describe, expect, it } from 'vitest';
import {
  evidenceOf,
  keptSort,
  modelBytes,
  weightRows,
  worstError,
} from '../../../../webview/verification/panelModel.ts';
import {
  sampleApplied,
  sampleOutput,
  sampleVerification,
} from '../../../fixtures/sampleVerification.ts';

describe('what the inputs are worth', () => {
  const { inputs } = sampleVerification();
  it.each([
    ['synthetic', 32, 'noise'],
    ['synthetic', 3, 'noise'],
    ['given', 7, 'few'],
    ['given', 8, 'given'],
  ] as const)('%s, %i samples: %s', (kind, samples, evidence) => {
    expect(evidenceOf({ inputs: { ...inputs, kind, samples } })).toBe(evidence);
  });
});

describe('the worst error', () => {
  const of = (...errors: (number | null)[]): number | null =>
    worstError({
      outputs: errors.map((relativeL2) =>
        sampleOutput({
          worstSample: relativeL2 === null ? null : { index: 0, label: 'x', relativeL2 },
        }),
      ),
    });
  it.each([
    ['of several outputs is the greatest', [0.1, 0.3, 0.2], 0.3],
    ['leaves outputs without one out', [null, 0.2], 0.2],
    ['is not known where no output has one', [null], null],
    ['is not known where there are no outputs', [], null],
  ])('%s', (_name, errors, worst) => {
    expect(of(...errors)).toBe(worst);
  });
});

it('the bytes of a model are those of all of its files', () => {
  expect(modelBytes({ file: 'a.onnx', bytes: 10, externalBytes: 5 })).toBe(15);
});

describe('the rows of weights', () => {
  const verification = sampleVerification();
  const rows = weightRows({ verification, applied: sampleApplied() });

  it('are those of the plan in its order, with what was done to each', () => {
    expect(rows.map(({ id, action }) => [id, action])).toEqual([
      ['attention.qkv', { action: 'lowrank', rank: 32 }],
      ['fc1.weight', { action: 'quantize', bits: 4, block: 32 }],
      ['fc2.weight', { action: 'lowrank', rank: 24 }],
      ['gather.table', { action: 'keep' }],
    ]);
  });

  it('hold predicted errors of the plan, and measured ones of the files before those of the writing', () => {
    expect(rows.map(({ predicted, measured }) => [predicted, measured])).toEqual([
      // Only the writing knows what became of a weight that is two factors now.
      [0.0809, 0.08091],
      [0.0212, 0.0213],
      // The writing says 0.14071.
      [0.1407, 0.1407],
      [0.3, null],
    ]);
    // SQNR is the measured error in decibels: 0.1 is 20 dB.
    expect(rows.map(({ sqnr }) => sqnr && sqnr.toFixed(3))).toEqual([
      '21.840',
      '33.432',
      '17.034',
      null,
    ]);
  });

  it('say why a planned action was not done', () => {
    expect(rows.map(({ refused }) => refused)).toEqual([
      '',
      '',
      '',
      'the table is shared with the output layer',
    ]);
  });

  it('are without a plan the weights that differ or cannot be compared', () => {
    const odd = { ...verification.weights[0]!, id: 'odd', relativeFrobenius: null, reason: 'NaN' };
    const found = weightRows({
      verification: { ...verification, weights: [...verification.weights, odd] },
      applied: null,
    });
    expect(found.map(({ id, action, predicted, note }) => [id, action, predicted, note])).toEqual([
      ['fc1.weight', null, null, ''],
      ['fc2.weight', null, null, ''],
      ['odd', null, null, 'NaN'],
    ]);
  });

  it('list a weight that differs though the plan does not change it', () => {
    const changed = verification.weights.map((weight) =>
      weight.id === 'conv1.weight' ? { ...weight, relativeFrobenius: 0.5 } : weight,
    );
    const found = weightRows({
      verification: { ...verification, weights: changed },
      applied: sampleApplied(),
    });
    expect(found.at(-1)).toMatchObject({ name: 'head/conv1.weight', action: null, measured: 0.5 });
    expect(found).toHaveLength(5);
  });
});

describe('the sort that was kept', () => {
  it.each<[unknown, unknown]>([
    [
      { sort: { column: 'sqnr', direction: 'ascending' } },
      { column: 'sqnr', direction: 'ascending' },
    ],
    [{ sort: { column: 'sqnr', direction: 'sideways' } }, undefined],
    [{ sort: { column: 3, direction: 'ascending' } }, undefined],
    [{ sort: null }, undefined],
    [undefined, undefined],
    [7, undefined],
  ])('%j is %j', (state, sort) => {
    expect(keptSort(state)).toEqual(sort);
  });
});
