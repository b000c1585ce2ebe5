import { logScale, type ComparedLayer } from './comparedLayer.ts';
import { figureText } from './figureText.ts';
import type { Finding } from './finding.ts';
import type { LayerKind } from './layerKinds.ts';
import { peerOutliers, type PeerOutlier } from './peerOutliers.ts';

/**
 * Chance that a finding is made of any layer of a model whose layers all vary normally about their kind. Those
 * of trained models have heavier tails (Student's t with 5 degrees makes it some 2 %).
 */
export const MODEL_LEVEL = 0.002;
/** A rank that is out of line by less is no matter, however alike the others are. */
const FAR_BELOW = 0.75;
/** The same of a scale: a factor of three either way. */
const FAR_OFF = 3;

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
  const deficits = kind.members.map((layer) => rankDeficit(layer, kind));
  if (deficits.includes(null)) return [];
  const values = deficits.map((deficit) => -Math.log(deficit!));
  const outliers = peerOutliers(values, { level, side: 'low' });
  return outliers
    .map((outlier) => rankBelow(kind, outlier))
    .filter(({ finding: { evidence } }) => {
      const { effectiveRank, peersRank } = evidence as { effectiveRank: number; peersRank: number };
      return effectiveRank < FAR_BELOW * peersRank;
    });
}

/** Deficits below this are rounding. */
const LEAST_DEFICIT = 1e-9;

/**
 * By how much the entropy of the singular values is short of the greatest, in nats; of layers of several
 * shapes in units of what their shuffles are short of it. Where the singular values follow a power law its
 * logarithm is nearly linear in that of alpha - 1, so layers spread evenly on it, which they do not on the
 * rank itself. Null where the shuffles are not known.
 */
function rankDeficit(layer: ComparedLayer, { sameShape }: LayerKind): number | null {
  const unit = deficitUnit(layer, sameShape);
  return unit === null ? null : deficitOf(layer.effectiveRank, layer.numEvals) / unit;
}

function deficitUnit(layer: ComparedLayer, sameShape: boolean): number | null {
  if (sameShape) return 1;
  return layer.shuffleRank === null ? null : deficitOf(layer.shuffleRank, layer.numEvals);
}

function deficitOf(rank: number, fullRank: number): number {
  return Math.max(Math.log(fullRank / rank), LEAST_DEFICIT);
}

function rankBelow(
  { members, likeness, sameShape }: LayerKind,
  { index, center, limit, peers }: PeerOutlier,
): PeerFinding {
  const layer = members[index]!;
  const unit = deficitUnit(layer, sameShape) ?? 1;
  const rankAt = (value: number): number => layer.numEvals * Math.exp(-unit * Math.exp(-value));
  const [peersRank, least] = [rankAt(center), rankAt(limit)];
  return {
    layer,
    finding: {
      code: 'rank-below-peers',
      severity: 'warning',
      text: `${layer.name} has an effective rank far below that of its kind: ${figureText(layer.effectiveRank)} of ${layer.numEvals}, where the ${peers} other layers ${likeness} lead to expect ${figureText(peersRank)}, and none below ${figureText(least)}.`,
      evidence: {
        effectiveRank: layer.effectiveRank,
        fullRank: layer.numEvals,
        peersRank,
        limit: least,
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

function timesText(ratio: number): string {
  return `${figureText(ratio)} times`;
}
