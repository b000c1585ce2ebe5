import { describe, expect, it } from 'vitest';
import { summaryOf } from '../../../../src/core/report/summary.ts';

describe('summaryOf', () => {
  it('of no layers has nulls, never NaN', () => {
    const summary = summaryOf([], []);
    expect(summary).toMatchObject({ analyzed: 0, failed: 0, analyzedParameters: 0, findings: {} });
    expect(summary.distributions.every((each) => each.median === null && each.mean === null)).toBe(
      true,
    );
  });
});
