import { describe, expect, it } from 'vitest';
import type { Layer } from '../../../src/core/report/report.ts';
import { unsolvedText } from '../../../src/extension/analysis/unsolvedText.ts';
import { failedLayer, reportOf, sampleReport } from '../../fixtures/sampleReport.ts';
import { english } from './english.ts';

const REASON = 'the engine ended (signal SIGKILL) while it was solving this layer';
const { layers } = sampleReport(6);

function unsolved(name: string): Layer {
  const failed = failedLayer(layers[0]!, REASON);
  const finding = { code: 'not-solved', severity: 'error', text: REASON, evidence: {} } as const;
  return { ...failed, name, findings: [finding] };
}

const told = (parts: Layer[]) => unsolvedText(reportOf(parts), 'a.onnx', english);

describe('what a person is told of layers that were not solved', () => {
  it('is nothing where all were', () => {
    expect(told([...layers])).toBeUndefined();
  });

  it('is nothing of layers whose weights are not finite', () => {
    expect(told([failedLayer(layers[0]!, '3 entries are NaN')])).toBeUndefined();
  });

  it('names the layer and why', () => {
    expect(told([layers[1]!, unsolved('head')])).toBe(
      `a.onnx is analyzed but for head: ${REASON}.`,
    );
  });

  it('names three and counts the rest', () => {
    expect(told(['a', 'b', 'c', 'd', 'e'].map(unsolved))).toBe(
      `a.onnx is analyzed but for a, b, c and 2 more: ${REASON}.`,
    );
  });
});
