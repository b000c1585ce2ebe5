import { logScale, type ComparedLayer } from './comparedLayer.ts';
import { figureText } from './figureText.ts';
import type { Finding } from './finding.ts';
import type { LayerKind } from './layerKinds.ts';
import { peerOutliers, type PeerOutlier } from './peerOutliers.ts';

/** Chance that a finding is made of a model whose layers, or blocks, are all in line. */
export const MODEL_LEVEL = 0.01;
/**
 * Scales of trained layers have heavier tails than normal ones: about those of Student's t with so many
 * degrees of freedom.
 */
const SCALE_TAILS = 8;
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
  const fullest = kind.members.map((layer) => fullestRank(layer, kind));
  if (fullest.includes(null)) return [];
  const values = kind.members.map((layer, k) => rankValue(layer.effectiveRank, fullest[k]!));
  const outliers = peerOutliers(values, { level, side: 'low', tails: Infinity });
  return outliers
    .map((outlier) => rankBelow(kind, fullest[outlier.index]!, outlier))
    .filter(({ finding: { evidence } }) => {
      const { effectiveRank, peersRank } = evidence as { effectiveRank: number; peersRank: number };
      return effectiveRank < FAR_BELOW * peersRank;
    });
}

/** What a rank is compared with: among layers of several shapes, what the shape alone leads to. */
function fullestRank(layer: ComparedLayer, { sameShape }: LayerKind): number | null {
  return sameShape ? layer.numEvals : layer.shuffleRank;
}

/**
 * The negative root of the entropy that the singular values are short of, in nats (its sign where they have
 * more). Where they fall as k^-b the shortage is about b² / 2, so this scale is that of their decay: layers
 * spread evenly on it, and not on the rank itself, which is bounded above.
 */
function rankValue(rank: number, fullest: number): number {
  const shortage = Math.log(fullest / rank);
  return -Math.sign(shortage) * Math.sqrt(Math.abs(shortage));
}

function rankAt(value: number, fullest: number): number {
  return fullest * Math.exp(value * Math.abs(value));
}

function rankBelow(
  { members, likeness }: LayerKind,
  fullest: number,
  { index, center, limit, peers }: PeerOutlier,
): PeerFinding {
  const layer = members[index]!;
  const peersRank = rankAt(center, fullest);
  const least = rankAt(limit, fullest);
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
  const outliers = peerOutliers(values, { level, side: 'both', tails: SCALE_TAILS });
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
      text: `${layer.name} has weights ${timesText(ratio)} as large as those of the ${peers} other layers ${likeness}${sameShape ? '' : ' (each by its shape)'}: their root mean square is ${figureText(rootMeanSquare)}, and none would be expected ${ratio > 1 ? 'above' : 'below'} ${timesText(reach)}.`,
      evidence: { rootMeanSquare, ratio, limit: reach, peers },
    },
  };
}

function timesText(ratio: number): string {
  return `${figureText(ratio)} times`;
}
