import { describe, expect, it } from 'vitest';
import { redundantHeads } from '../../../../src/core/diagnosis/redundantHeads.ts';
import {
  ATTENTIONS,
  attentionValues,
  commonAttention,
  freshAttention,
  redundantAttention,
} from '../../../fixtures/plantedHeads.ts';
import { seededRandom } from '../../../fixtures/seededRandom.ts';

const COUNT = 200;

function rate(plant: typeof freshAttention): number {
  const found = Array.from({ length: COUNT }, (_, k) => {
    const shape = ATTENTIONS[k % ATTENTIONS.length]!;
    const variant = Math.floor(k / ATTENTIONS.length);
    const planted = plant(shape, seededRandom(1 + k), variant);
    return redundantHeads(attentionValues(planted)).length > 0;
  });
  return found.filter(Boolean).length / COUNT;
}

describe('rates of redundant-head', () => {
  it('fires on at most 2 % of 200 fresh attentions and on at least 90 % of 200 planted ones', () => {
    const row = {
      code: 'redundant-head',
      'fires wrongly': rate(freshAttention),
      'on others': rate(commonAttention),
      'fires rightly': rate(redundantAttention),
    };
    console.table([row]);
    expect(row['fires wrongly']).toBeLessThanOrEqual(0.02);
    expect(row['on others']).toBeLessThanOrEqual(0.02);
    expect(row['fires rightly']).toBeGreaterThanOrEqual(0.9);
  }, 300_000);
});
