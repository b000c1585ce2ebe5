import { describe, expect, it } from 'vitest';
import type { Layer, ReportFinding } from '../../../src/core/report/report.ts';
import type { AnalysisState } from '../../../src/extension/analysis/analysisState.ts';
import type { StoredReport } from '../../../src/extension/analysis/reportStore.ts';
import {
  checkpointLook,
  problemsOf,
  problemsText,
} from '../../../src/extension/tree/checkpointLook.ts';
import { layerFacts, layerLook } from '../../../src/extension/tree/layerLook.ts';
import { failedLayer, reportOf, sampleReport } from '../../fixtures/sampleReport.ts';
import { english } from './english.ts';

const [healthy] = sampleReport(1).layers.map((layer) => ({ ...layer, findings: [] }));

function found(...severities: ReportFinding['severity'][]): Layer {
  const findings = severities.map((severity) => ({
    code: 'rank-collapse' as const,
    severity,
    text: 'Found.',
    evidence: {},
  }));
  return { ...healthy!, findings };
}

const IDLE: AnalysisState = { kind: 'idle' };
const stored = (layers: Layer[], outdated = false): StoredReport => ({
  report: reportOf(layers),
  outdated,
});

describe('the row of a checkpoint', () => {
  it.each<[string, AnalysisState, StoredReport | undefined, string, string, string, boolean]>([
    ['not analyzed', IDLE, undefined, 'file-binary', 'not analyzed', 'checkpoint', false],
    ['waiting', { kind: 'queued' }, undefined, 'clock', 'waiting', 'checkpoint-running', false],
    [
      'running, with an older report below it',
      { kind: 'running', percent: 43 },
      stored([healthy!]),
      'loading~spin',
      '43 %',
      'checkpoint-running',
      true,
    ],
    [
      'failed',
      { kind: 'failed', message: 'a.onnx is empty.' },
      undefined,
      'error',
      'failed',
      'checkpoint',
      false,
    ],
    ['healthy', IDLE, stored([healthy!]), 'pass', '1 layer', 'checkpoint-analyzed', true],
    [
      'with warnings',
      IDLE,
      stored([found('warning', 'info'), found()]),
      'warning',
      '1 warning',
      'checkpoint-analyzed',
      true,
    ],
    [
      'with an error among its layers',
      IDLE,
      stored([found('warning'), found('error')]),
      'error',
      '1 error, 1 warning',
      'checkpoint-analyzed',
      true,
    ],
    [
      'changed after its analysis',
      IDLE,
      stored([found('warning')], true),
      'history',
      'changed since',
      'checkpoint-analyzed',
      true,
    ],
    ['without weights', IDLE, stored([]), 'info', 'no weights', 'checkpoint-analyzed', false],
  ])('%s', (_name, state, report, icon, description, context, hasLayers) => {
    expect(checkpointLook(state, report, '', english)).toMatchObject({
      icon,
      description,
      context,
      hasLayers,
    });
  });

  it('says in its tooltip why it failed', () => {
    const state = { kind: 'failed', message: 'a.onnx is empty.' } as const;
    expect(checkpointLook(state, undefined, '', english).tooltip).toBe('a.onnx is empty.');
  });

  it('begins with its folder, for telling files of one name apart', () => {
    expect(checkpointLook(IDLE, undefined, 'run/3', english).description).toBe(
      'run/3 · not analyzed',
    );
  });
});

describe('problems', () => {
  it('are errors and warnings of the model and its layers, over several reports', () => {
    const model = found('error', 'info').findings;
    const one = reportOf([found('warning'), found('info')], { findings: model });
    const other = reportOf([found('warning')]);
    expect(problemsOf([one, other])).toEqual({ errors: 1, warnings: 2 });
  });

  it.each([
    [0, 0, ''],
    [1, 0, '1 error'],
    [0, 1, '1 warning'],
    [2, 3, '2 errors, 3 warnings'],
  ])('%d and %d read as "%s"', (errors, warnings, text) => {
    expect(problemsText({ errors, warnings }, english)).toBe(text);
  });
});

describe('the row of a layer', () => {
  it.each<[string, Layer, string]>([
    ['without findings', found(), 'circle-small'],
    ['with information', found('info'), 'info'],
    ['with a warning among information', found('info', 'warning'), 'warning'],
    ['with an error among warnings', found('warning', 'error', 'info'), 'error'],
  ])('%s', (_name, layer, icon) => {
    expect(layerLook(layer, english).icon).toBe(icon);
  });

  it.each([
    ['its alpha, with label and digits of the catalogue', 3.14159, 96, 0, 'Alpha 3.142'],
    ['a dash where there is no alpha', null, 96, 0, 'Alpha –'],
    ['its rank too where some of it is lost', 3.14159, 40, 56, 'Alpha 3.142 · Rank 40'],
  ])('has %s', (_name, alpha, matrixRank, rankLoss, description) => {
    const powerLaw = { ...healthy!.fits.powerLaw, alpha };
    const metrics = { ...healthy!.metrics, matrixRank, rankLoss };
    const layer = { ...healthy!, metrics, fits: { ...healthy!.fits, powerLaw } };
    expect(layerLook(layer, english).description).toBe(description);
  });

  it('has the reason where the layer could not be analyzed, and no figures', () => {
    const layer = failedLayer(healthy!, '3 entries are NaN');
    expect(layerLook(layer, english)).toMatchObject({
      icon: 'error',
      description: '3 entries are NaN',
    });
    expect(layerFacts(layer, english).figures).toEqual([]);
  });

  it('says more when the pointer rests on it', () => {
    const facts = layerFacts(
      { ...healthy!, op: 'MatMul', shape: [96, 384], dtype: 'float32' },
      english,
    );
    expect(facts.kind).toBe('MatMul 96 × 384 float32');
    expect(facts.figures.map(([label]) => label)).toEqual([
      'Alpha',
      'Alpha percentile',
      'Stable rank',
      'Effective rank',
      'Rank',
      'Largest singular value',
    ]);
  });
});
