import * as fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { SentenceSets } from '../../bench/minilm/minilmRows.ts';

const file = new URL('../../bench/minilm/sentences.json', import.meta.url);
const { calibration, evaluation, paraphrases } = JSON.parse(
  fs.readFileSync(file, 'utf8'),
) as SentenceSets;

describe('the sentences of the trained MiniLM', () => {
  it('are enough of each', () => {
    expect([calibration.length, evaluation.length, paraphrases.length]).toEqual([128, 96, 12]);
  });

  it('are all different, so that none of the evaluation was seen in calibration', () => {
    const plain = [...calibration, ...evaluation, ...paraphrases.flat()].map((sentence) =>
      sentence.toLowerCase().replace(/[^a-z]/g, ''),
    );
    expect(new Set(plain).size).toBe(plain.length);
  });
});
