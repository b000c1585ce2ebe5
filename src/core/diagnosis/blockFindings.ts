import { medianOf } from '../spectrum/eigenvalues.ts';
import { familyOf, logRankPart, logScale, placeOf, type ComparedLayer } from './comparedLayer.ts';
import { figureText } from './figureText.ts';
import type { Finding } from './finding.ts';
import { groupedBy } from './layerKinds.ts';
import { MODEL_LEVEL } from './peerFindings.ts';
import { LEAST_FAMILY, peerOutliers, type PeerOutlier } from './peerOutliers.ts';

/** What is compared, as a logarithm; null where a layer has no such figure. */
interface BlockMeasure {
  readonly id: 'scale' | 'rank' | 'tail';
  readonly of: (layer: ComparedLayer) => number | null;
  /** A block that is off by less than this factor is no matter, however alike the others are. */
  readonly least: number;
  /** `F` stands for the factor. */
  readonly text: string;
}

const MEASURES: readonly BlockMeasure[] = [
  { id: 'scale', of: logScale, least: 1.5, text: 'weights F times as large' },
  { id: 'rank', of: logRankPart, least: 4 / 3, text: 'effective ranks F times as high' },
  {
    id: 'tail',
    of: ({ alpha }) => (alpha === null || alpha <= 1 ? null : Math.log(alpha - 1)),
    least: 1.5,
    text: 'Hill alphas F times as far above 1',
  },
];

/** A block of one layer is that layer, and the findings of layers say it. */
const LEAST_LAYERS = 2;

/**
 * Blocks whose layers as a set differ from those of the other blocks of their family: of each figure the
 * median, over the block's layers, of how far a layer is from the median of the same layer in all blocks.
 */
export function blockFindings(layers: readonly ComparedLayer[]): readonly Finding[] {
  const inBlocks = layers.filter(({ block }) => block !== '');
  const families = [...groupedBy(inBlocks, familyOf).values()].filter(
    (members) => new Set(members.map(({ block }) => block)).size >= LEAST_FAMILY,
  );
  const level = MODEL_LEVEL / (families.length * MEASURES.length);
  return families.flatMap((members) => familyFindings(members, level));
}

/** One measure by which a block stands out. */
interface Standing {
  readonly block: string;
  readonly layers: readonly ComparedLayer[];
  readonly measure: BlockMeasure;
  readonly factor: number;
  readonly outlier: PeerOutlier;
}

function familyFindings(members: readonly ComparedLayer[], level: number): readonly Finding[] {
  const standings = MEASURES.flatMap((measure) => standingsOf(members, measure, level));
  return [...groupedBy(standings, ({ block }) => block).values()].map(findingOf);
}

function standingsOf(
  members: readonly ComparedLayer[],
  measure: BlockMeasure,
  level: number,
): readonly Standing[] {
  const scores = scoresOf(members, measure);
  const blocks = [...scores.keys()];
  const values = blocks.map((block) => scores.get(block)!.score);
  return peerOutliers(values, { level, side: 'both', tails: Infinity }).flatMap((outlier) => {
    const block = blocks[outlier.index]!;
    const off = values[outlier.index]! - outlier.center;
    if (Math.abs(off) < Math.log(measure.least)) return [];
    const { layers } = scores.get(block)!;
    return [{ block, layers, measure, factor: Math.exp(off), outlier }];
  });
}

interface BlockScore {
  readonly score: number;
  readonly layers: readonly ComparedLayer[];
}

/** Of each block with layers enough that all, or nearly all, blocks have. */
function scoresOf(
  members: readonly ComparedLayer[],
  { of }: BlockMeasure,
): ReadonlyMap<string, BlockScore> {
  const off: { layer: ComparedLayer; block: string; value: number }[] = [];
  for (const places of groupedBy(members, keyOfPlace).values()) {
    const known = places.flatMap((layer) => {
      const value = of(layer);
      return value === null ? [] : [{ layer, value }];
    });
    if (known.length < LEAST_FAMILY) continue;
    const middle = median(known.map(({ value }) => value));
    for (const { layer, value } of known)
      off.push({ layer, block: layer.block, value: value - middle });
  }
  const scores = new Map<string, BlockScore>();
  for (const [block, own] of groupedBy(off, (each) => each.block))
    if (own.length >= LEAST_LAYERS)
      scores.set(block, {
        score: cautiousMedian(own.map(({ value }) => value)),
        layers: own.map(({ layer }) => layer),
      });
  return scores;
}

function keyOfPlace(layer: ComparedLayer): string {
  return `${placeOf(layer)} ${layer.rows} x ${layer.cols}`;
}

function median(values: readonly number[]): number {
  return medianOf(Float64Array.from(values).sort());
}

/** Of two middle values the one nearer to 0: half of a block's layers do not make it stand out. */
function cautiousMedian(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[sorted.length >>> 1]!;
  const lower = sorted[(sorted.length - 1) >>> 1]!;
  return Math.abs(lower) < Math.abs(upper) ? lower : upper;
}

function findingOf(standings: readonly Standing[]): Finding {
  const [{ block, layers, outlier }] = standings as [Standing, ...Standing[]];
  const said = standings.map(
    ({ measure, factor, outlier: { limit, center } }) =>
      `${measure.text.replace('F', figureText(factor))} (none would be expected ${factor > 1 ? 'above' : 'below'} ${figureText(Math.exp(limit - center))})`,
  );
  const factors = standings.map(({ measure, factor }) => [`${measure.id}Factor`, factor]);
  return {
    code: 'block-stands-out',
    severity: 'info',
    text: `The block ${block} stands out from the ${outlier.peers} others of its kind: in the median of its ${layers.length} layers it has ${said.join(', and ')}.`,
    evidence: {
      block,
      layers: layers.map(({ name }) => name).join(', '),
      ids: layers.map(({ id }) => id).join(', '),
      peers: outlier.peers,
      ...(Object.fromEntries(factors) as Record<string, number>),
    },
  };
}
