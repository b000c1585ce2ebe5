import { figureText } from './figureText.ts';
import type { Finding } from './finding.ts';

/** Projections of one matrix that heads divide: see headProjections. */
export type Projections = readonly Float64Array[];

/** An attention by the projections of its matrices. */
export interface AttentionValues {
  /** What a person knows it by. */
  readonly name: string;
  readonly heads: number;
  readonly query: Projections;
  readonly key: Projections;
  readonly value: Projections;
  readonly output: Projections | undefined;
}

/** Of the median head: a product that is smaller has no effect. */
const DEAD = 1e-3;
/** Cosine of two heads' products above which they do the same. */
const ALIKE = 0.9;
/** On Fisher's scale: how far above unrelated products a cosine must be, and in their standard deviations. */
const LEAST_MARGIN = 1;
const SPREADS = 5;
/** No model has more; a damaged shape can. */
const MOST_HEADS = 512;
/** Products of the query of one head and the key of another that are compared for the null. */
const MOST_MISMATCHED = 64;
const LISTED = 8;

interface Pair {
  readonly a: number;
  readonly b: number;
  readonly cosine: number;
}

/** The cosine of unrelated products, and the least that no chance explains. */
interface Unrelated {
  readonly cosine: number;
  readonly limit: number;
}

/** The products of one kind: which heads are alike, what unrelated ones reach, and the norm of each. */
interface Products {
  readonly alike: readonly Pair[];
  readonly unrelated: Unrelated;
  readonly dead: readonly number[];
}

/**
 * Heads without effect, and heads that do what another does. A head acts through two products, that of query
 * and key, which decides where it looks, and that of value and output, which decides what it writes; they
 * do not change when the inner basis of the head does. Two heads are alike where the cosine (Frobenius)
 * of their products is at least 0.9 and clearly above that of products made of the query of one head and the
 * key of another, which have all that the heads of the layer have in common. A head is dead where its value
 * and output have a product below a thousandth of the median one; biases are left out.
 */
export function redundantHeads(attention: AttentionValues): readonly Finding[] {
  const { name, heads, query, key, value, output } = attention;
  if (heads > MOST_HEADS) return [];
  const looks = productsOf(query, key, heads);
  const writes = output && productsOf(value, output, heads);
  const silent = writes ? writes.dead : deadBlocks(value, heads);
  // A layer that writes nothing at all is a matrix of zeros, which is said of that.
  const dead = silent.length === heads ? [] : silent;
  const isLive = ({ a, b }: Pair): boolean => !dead.includes(a) && !dead.includes(b);
  const alike = looks.alike.filter(isLive);
  const alikeWrites = writes?.alike.filter(isLive) ?? [];
  if (dead.length + alike.length + alikeWrites.length === 0) return [];
  const texts = [
    ...(dead.length > 0
      ? [
          `${dead.length === 1 ? 'head' : 'heads'} ${listed(dead)} ${dead.length === 1 ? 'writes' : 'write'} nothing (value${writes ? ' and output' : ''} below a thousandth of the median head's)`,
        ]
      : []),
    ...pairsText(['attends', 'attend'], alike, looks.unrelated),
    ...pairsText(['writes', 'write'], alikeWrites, writes?.unrelated),
  ];
  return [
    {
      code: 'redundant-head',
      severity: 'warning',
      text: `Of the ${heads} heads of ${name} some are redundant: ${texts.join('; ')}.`,
      evidence: {
        heads,
        dead: dead.join(', '),
        sameAttention: alike.length,
        sameValues: alikeWrites.length,
        unrelatedAttention: looks.unrelated.cosine,
        ...(writes ? { unrelatedValues: writes.unrelated.cosine } : {}),
        first: [...alike, ...alikeWrites].slice(0, LISTED).map(pairText).join(', '),
      },
    },
  ];
}

function productsOf(left: Projections, right: Projections, heads: number): Products {
  const own = Array.from({ length: heads }, (_, h) => product(left, h, right, h, heads));
  const norms = own.map((each) => Math.sqrt(inner(each, each)));
  const limit = DEAD * median(norms);
  const dead = norms.flatMap((norm, h) => (norm <= limit ? [h] : []));
  const live = own.map((_, h) => h).filter((h) => !dead.includes(h));
  const chance = unrelated(left, right, live, heads);
  const alike: Pair[] = [];
  for (const [k, a] of live.entries())
    for (const b of live.slice(k + 1)) {
      const cosine = cosineOf(own[a]!, own[b]!);
      if (cosine >= ALIKE && cosine >= chance.limit) alike.push({ a, b, cosine });
    }
  return { alike: alike.sort((a, b) => b.cosine - a.cosine), unrelated: chance, dead };
}

/**
 * What products of the query of one head and the key of another have in common with such of two further
 * heads, on Fisher's scale (artanh of the cosine): their median and, robustly, standard deviation. What all
 * heads of a layer share, as trained ones do, is in it; a few copies among them do not move it.
 */
function unrelated(
  left: Projections,
  right: Projections,
  live: readonly number[],
  heads: number,
): Unrelated {
  const pairs = live
    .flatMap((a, k) => [1, 2].map((lag) => [a, live[(k + lag) % live.length]!] as const))
    .filter(([a, b]) => a !== b)
    .slice(0, MOST_MISMATCHED);
  const products = pairs.map(([a, b]) => ({ a, b, values: product(left, a, right, b, heads) }));
  const scores = products.flatMap((one, k) =>
    products
      .slice(k + 1)
      .filter(({ a, b }) => one.a !== a && one.b !== b)
      .map(({ values }) => Math.atanh(cosineOf(one.values, values))),
  );
  const middle = median(scores);
  const spread = 1.4826 * median(scores.map((score) => Math.abs(score - middle)));
  return {
    cosine: Math.tanh(middle),
    limit: Math.tanh(middle + Math.max(LEAST_MARGIN, SPREADS * spread)),
  };
}

/** `L_i' R_j` over the inner axis of two heads, for every pair of directions. */
function product(
  left: Projections,
  i: number,
  right: Projections,
  j: number,
  heads: number,
): Float64Array {
  const size = left[0]!.length / heads;
  const values = new Float64Array(left.length * right.length);
  for (const [k, one] of left.entries())
    for (const [l, other] of right.entries()) {
      let sum = 0;
      for (let d = 0; d < size; d++) sum += one[i * size + d]! * other[j * size + d]!;
      values[k * right.length + l] = sum;
    }
  return values;
}

/** Blocks of a single matrix below a thousandth of the median one. */
function deadBlocks(values: Projections, heads: number): readonly number[] {
  const size = values[0]!.length / heads;
  const norms = Array.from({ length: heads }, (_, h) =>
    Math.sqrt(
      values.reduce((sum, each) => {
        const block = each.subarray(h * size, (h + 1) * size);
        return sum + inner(block, block);
      }, 0),
    ),
  );
  const limit = DEAD * median(norms);
  return norms.flatMap((norm, h) => (norm <= limit ? [h] : []));
}

function cosineOf(a: Float64Array, b: Float64Array): number {
  return inner(a, b) / Math.sqrt(inner(a, a) * inner(b, b));
}

function inner(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}

/** The upper median: of two heads the one that is alive. */
function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function pairsText(
  [one, many]: readonly [string, string],
  pairs: readonly Pair[],
  chance: Unrelated | undefined,
): readonly string[] {
  if (pairs.length === 0) return [];
  const shown = pairs.slice(0, 3).map(pairText).join(', ');
  return [
    `${pairs.length === 1 ? `one pair of heads ${one}` : `${pairs.length} pairs of heads ${many}`} alike (${shown}${pairs.length > 3 ? ', ...' : ''}${chance ? `; of unrelated products ${chance.cosine.toFixed(2)}` : ''})`,
  ];
}

function pairText({ a, b, cosine }: Pair): string {
  return `heads ${a} and ${b}: cosine ${figureText(cosine)}`;
}

function listed(heads: readonly number[]): string {
  return `${heads.slice(0, LISTED).join(', ')}${heads.length > LISTED ? ', ...' : ''}`;
}
