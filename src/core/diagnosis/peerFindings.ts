import { logScale, type ComparedLayer } from './comparedLayer.ts';
import { figureText } from './figureText.ts';
import type { Finding } from './finding.ts';
import type { LayerKind } from './layerKinds.ts';
import { peerOutliers, type PeerOutlier } from './peerOutliers.ts';

/** Chance that a finding is made of any layer of a model whose layers are all in line. */
export const MODEL_LEVEL = 0.01;
/** A rank that is out of line by less is no matter, however alike the others are. */
const FAR_BELOW = 0.75;
/** The same of a scale: a factor of two either way. */
const FAR_OFF = 2;

export interface PeerFinding {
  readonly layer: ComparedLayer;
  readonly finding: Finding;
}

/** Layers whose effective rank or scale is out of line with that of their kind. */
export function peerFindings(kinds: readonly LayerKind[]): readonly PeerFinding[] {
  const level = MODEL_LEVEL / kinds.length;
  return kinds.flatMap((kind) => [...ranksBelow(kind, level), ...scalesOff(kind, level)]);
}

function ranksBelow(kind: LayerKind, level: number): readonly PeerFinding[] {
  const { members, sameShape } = kind;
  const expected = members.map((layer) => (sameShape ? layer.numEvals : layer.shuffleRank));
  if (expected.includes(null)) return [];
  const values = members.map((layer, k) => Math.log(layer.effectiveRank / expected[k]!));
  const outliers = peerOutliers(values, { level, side: 'low' });
  return outliers
    .filter(({ index, center }) => values[index]! < center + Math.log(FAR_BELOW))
    .map((outlier) => rankBelow(kind, values[outlier.index]!, outlier));
}

function rankBelow(
  { members, likeness, sameShape }: LayerKind,
  value: number,
  { index, center, limit, peers }: PeerOutlier,
): PeerFinding {
  const layer = members[index]!;
  const of = sameShape ? 'its full rank' : 'what its shuffles have';
  return {
    layer,
    finding: {
      code: 'rank-below-peers',
      severity: 'warning',
      text: `${layer.name} has an effective rank far below the ${peers} other layers ${likeness}: ${figureText(layer.effectiveRank)} of ${layer.numEvals}, ${partText(value)} of ${of}, where theirs is ${partText(center)} and none would be expected below ${partText(limit)}.`,
      evidence: {
        effectiveRank: layer.effectiveRank,
        fullRank: layer.numEvals,
        part: Math.exp(value),
        peersPart: Math.exp(center),
        limit: Math.exp(limit),
        peers,
      },
    },
  };
}

function scalesOff(kind: LayerKind, level: number): readonly PeerFinding[] {
  const values = scalesOf(kind);
  const outliers = peerOutliers(values, { level, side: 'both' });
  return outliers
    .filter(({ index, center }) => Math.abs(values[index]! - center) > Math.log(FAR_OFF))
    .map((outlier) => scaleOff(kind, values[outlier.index]!, outlier));
}

/** How entries may shrink with the shape: not at all, with either side (Kaiming), with their sum (Xavier). */
const FANS: readonly ((layer: ComparedLayer) => number)[] = [
  () => 1,
  ({ rows }) => rows,
  ({ cols }) => cols,
  ({ rows, cols }) => rows + cols,
];

/** Of layers of any shape, by the rule under which they are most alike. */
function scalesOf({ members, sameShape }: LayerKind): readonly number[] {
  const rules = sameShape ? FANS.slice(0, 1) : FANS;
  const scales = rules.map((fan) =>
    members.map((layer) => logScale(layer) + Math.log(fan(layer)) / 2),
  );
  return scales.reduce((best, each) => (interquartile(each) < interquartile(best) ? each : best));
}

function interquartile(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(0.75 * sorted.length)]! - sorted[Math.floor(0.25 * sorted.length)]!;
}

function scaleOff(
  { members, likeness, sameShape }: LayerKind,
  value: number,
  { index, center, limit, peers }: PeerOutlier,
): PeerFinding {
  const layer = members[index]!;
  const rootMeanSquare = Math.exp(logScale(layer));
  const ratio = Math.exp(value - center);
  const reach = Math.exp(limit - center);
  return {
    layer,
    finding: {
      code: 'scale-out-of-line',
      severity: 'warning',
      text: `${layer.name} has weights ${timesText(ratio)} as large as the ${peers} other layers ${likeness}${sameShape ? '' : ' (each by its shape)'}: their root mean square is ${figureText(rootMeanSquare)}, and none would be expected ${ratio > 1 ? 'above' : 'below'} ${timesText(reach)}.`,
      evidence: { rootMeanSquare, ratio, limit: reach, peers },
    },
  };
}

function partText(logarithm: number): string {
  return `${figureText(100 * Math.exp(logarithm))} %`;
}

function timesText(ratio: number): string {
  return `${figureText(ratio)} times`;
}
