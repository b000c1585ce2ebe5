import type { PlacedNode, Value } from './scopes.ts';

/** Operators that multiply two computed values. */
const PRODUCTS = new Set(['MatMul', 'FusedMatMul', 'TransposeMatMul', 'Einsum']);

/** Operators that are attention as a whole, with query, key and value as their first inputs. */
const ATTENTION = new Set(['MultiHeadAttention', 'GroupQueryAttention', 'Attention']);

/** Nodes followed from one value; rotary positions and norms of heads are some thirty. */
const NODES = 256;

/** A product or attention that a walk ends at: which of its inputs it came to. */
interface Arrival {
  readonly node: PlacedNode;
  readonly input: number;
}

/**
 * Which of three parts is query (0), key (1) and value (2), as the graph uses them: the query is the left
 * and the key the right side of a product, the value is multiplied by what Softmax makes of that. Or they
 * are the inputs of one node that is attention. Undefined where the graph does neither.
 */
export function attentionRoles(
  parts: readonly (readonly Value[])[],
  countStep: () => void,
): readonly number[] | undefined {
  const arrivals = parts.map((values) => walk(values, isMeeting, countStep));
  if (arrivals.some((each) => each === undefined)) return undefined;
  const met = arrivals as readonly (readonly Arrival[])[];
  /** The one part that comes to an input of a node; -1 where none does, or several. */
  const partAt = (node: PlacedNode, input: number): number => {
    const there = met.flatMap((each, part) =>
      each.some((arrival) => arrival.node === node && arrival.input === input) ? [part] : [],
    );
    return there.length === 1 ? there[0]! : -1;
  };
  for (const { node } of met.flat()) {
    const [query, key] = [partAt(node, 0), partAt(node, 1)];
    if (query < 0 || key < 0 || query === key) continue;
    const value = parts.length - query - key;
    const whole = ATTENTION.has(node.tree.op) && partAt(node, 2) === value;
    if (whole || isWeightedBy(met[value]!, node, countStep))
      return parts.map((_, part) => [query, key, value].indexOf(part));
  }
  return undefined;
}

/** Whether a product that the value comes to takes, on its other side, the Softmax of a product's result. */
function isWeightedBy(
  arrivals: readonly Arrival[],
  scores: PlacedNode,
  countStep: () => void,
): boolean {
  if (!PRODUCTS.has(scores.tree.op)) return false;
  const softmaxes = walk(resultsOf(scores), ({ tree }) => tree.op === 'Softmax', countStep) ?? [];
  const weighted =
    walk(
      softmaxes
        .filter(({ node }) => node.tree.op === 'Softmax')
        .flatMap(({ node }) => resultsOf(node)),
      isMeeting,
      countStep,
    ) ?? [];
  return arrivals.some(({ node, input }) =>
    weighted.some((other) => other.node === node && other.input !== input && node !== scores),
  );
}

function isMeeting({ tree }: PlacedNode): boolean {
  return PRODUCTS.has(tree.op) || ATTENTION.has(tree.op);
}

/** Where values come to first of the nodes that end a walk; undefined where it is too long to follow. */
function walk(
  from: readonly Value[],
  isEnd: (node: PlacedNode) => boolean,
  countStep: () => void,
): readonly Arrival[] | undefined {
  const arrivals: Arrival[] = [];
  const open = [...from];
  const seen = new Set<Value>(open);
  let nodes = 0;
  for (let value = open.pop(); value; value = open.pop())
    for (const { node, input } of value.uses) {
      if (++nodes > NODES) return undefined;
      countStep();
      if (isEnd(node)) arrivals.push({ node, input });
      else if (!isMeeting(node))
        for (const result of resultsOf(node))
          if (!seen.has(result)) {
            seen.add(result);
            open.push(result);
          }
    }
  return arrivals;
}

function resultsOf({ tree, scope }: PlacedNode): readonly Value[] {
  return tree.outputs.flatMap((name) => scope.values.get(name) ?? []);
}
