import type { ComparedLayer } from '../core/diagnosis/comparedLayer.ts';
import { compareLayers } from '../core/diagnosis/compareLayers.ts';
import { isFixedTransform } from '../core/diagnosis/fixedLayers.ts';
import type { Layer, ReportFinding } from '../core/report/report.ts';
import { plainFinding } from './layer.ts';
import type { TaskOutcome } from './spectrumTask.ts';

/** An entry of the report and what it was made of. */
export interface SolvedLayer {
  readonly layer: Layer;
  readonly outcome: TaskOutcome;
}

/** The layers with what holding them against each other adds to each, and what it says of the model. */
export function acrossLayers(solved: readonly SolvedLayer[]): {
  readonly layers: Layer[];
  readonly modelFindings: readonly ReportFinding[];
} {
  const { ofLayers, ofModel } = compareLayers(solved.flatMap(comparedLayer));
  return {
    layers: solved.map(({ layer }) => {
      const more = ofLayers.get(layer.id);
      return more ? { ...layer, findings: [...layer.findings, ...more.map(plainFinding)] } : layer;
    }),
    modelFindings: ofModel.map(plainFinding),
  };
}

/** Nothing of a layer without a spectrum, whose entries are all zero, or that no training has made. */
function comparedLayer({ layer, outcome }: SolvedLayer): readonly ComparedLayer[] {
  if (outcome.status !== 'solved' || isFixedTransform(layer)) return [];
  const { metrics, fits, nulls } = outcome.figures;
  const { norm, numEvals, effectiveRank } = metrics;
  if (norm === null || !(norm > 0) || numEvals === null || effectiveRank === null) return [];
  const { id, name, role, block, rows, cols, parameters } = layer;
  return [
    {
      id,
      name,
      role,
      block,
      rows,
      cols,
      parameters,
      norm,
      numEvals,
      effectiveRank,
      shuffleRank: nulls.effectiveRank?.mean ?? null,
      alpha: fits.hill.alpha,
    },
  ];
}
