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

const NONE: ReadonlyMap<ReportFinding, string> = new Map();

/** Findings of these layers that are accepted: the first of each. */
function accepting(...layers: readonly Layer[]): ReadonlyMap<ReportFinding, string> {
  return new Map(layers.map(({ findings }) => [findings[0]!, 'as it should be']));
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
    expect(checkpointLook(state, report, NONE, '', english)).toMatchObject({
      icon,
      description,
      context,
      hasLayers,
    });
  });

  it.each<[string, Layer[], string, string | undefined]>([
    ['the count of its problems', [found('warning', 'error'), found('error')], 'error', '3'],
    ['no more than fits', Array.from({ length: 120 }, () => found('warning')), 'warning', '99'],
    ['none where there is no problem', [found('info')], 'pass', undefined],
  ])('has as its badge %s', (_name, layers, icon, badge) => {
    const look = checkpointLook(IDLE, stored(layers), NONE, '', english);
    expect([look.icon, look.badge]).toEqual([icon, badge]);
  });

  it('is healthy where all that was found is accepted', () => {
    const report = stored([found('error'), found('warning')]);
    const look = checkpointLook(IDLE, report, accepting(...report.report.layers), '', english);
    expect([look.icon, look.description, look.badge]).toEqual(['pass', '2 layers', undefined]);
  });

  it('says in its tooltip why it failed', () => {
    const state = { kind: 'failed', message: 'a.onnx is empty.' } as const;
    expect(checkpointLook(state, undefined, NONE, '', english).tooltip).toBe('a.onnx is empty.');
  });

  it('begins with its folder, for telling files of one name apart', () => {
    expect(checkpointLook(IDLE, undefined, NONE, 'run/3', english).description).toBe(
      'run/3 · not analyzed',
    );
  });
});

describe('problems', () => {
  it('are errors and warnings of the model and its layers', () => {
    const model = found('error', 'info').findings;
    const report = reportOf([found('warning'), found('info'), found('warning')], {
      findings: model,
    });
    expect(problemsOf(report, NONE)).toEqual({ errors: 1, warnings: 2 });
  });

  it('are only those that are not accepted', () => {
    const layers = [found('warning', 'error'), found('warning'), found('error')];
    const report = reportOf(layers);
    const accepted = accepting(...report.layers.slice(0, 2));
    expect(problemsOf(report, accepted)).toEqual({ errors: 2, warnings: 0 });
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
    expect(layerLook(layer, NONE, english).icon).toBe(icon);
  });

  it('stands back where all of its findings are accepted', () => {
    const layer = found('error');
    const look = layerLook(layer, accepting(layer), english);
    expect([look.icon, look.faded]).toEqual(['check', true]);
    expect(look.description).toMatch(/^accepted · /);
  });

  it('has the gravest of the findings that are not accepted', () => {
    const layer = found('error', 'info', 'warning');
    expect(layerLook(layer, accepting(layer), english)).toMatchObject({ icon: 'warning' });
  });

  it.each([
    ['its alpha, with label and digits of the catalogue', 3.14159, 96, 0, 'Alpha 3.142'],
    ['a dash where there is no alpha', null, 96, 0, 'Alpha –'],
    ['its rank first where some of it is lost', 3.14159, 40, 56, 'Rank 40 · Alpha 3.142'],
  ])('has %s', (_name, alpha, matrixRank, rankLoss, description) => {
    const powerLaw = { ...healthy!.fits.powerLaw, alpha };
    const metrics = { ...healthy!.metrics, matrixRank, rankLoss };
    const layer = { ...healthy!, metrics, fits: { ...healthy!.fits, powerLaw } };
    expect(layerLook(layer, NONE, english).description).toBe(description);
  });

  it('has the reason where the layer could not be analyzed, and no figures', () => {
    const layer = failedLayer(healthy!, '3 entries are NaN');
    expect(layerLook(layer, NONE, english)).toMatchObject({
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
