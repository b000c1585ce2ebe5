import { formalInput } from './callFrame.ts';
import {
  calledFunction,
  type PlacedFunction,
  type PlacedModel,
  type PlacedNode,
  type Value,
} from './scopes.ts';

/** Operators that multiply two computed values. */
const PRODUCTS = new Set(['MatMul', 'FusedMatMul', 'TransposeMatMul', 'Einsum']);

/** Operators that are attention as a whole, with query, key and value as their first inputs. */
const ATTENTION = new Set(['MultiHeadAttention', 'GroupQueryAttention', 'Attention']);

/** Nodes followed from one value; rotary positions and norms of heads are some thirty. */
const NODES = 256;

/** Functions inside functions that attention may stand in. */
const CALLS = 8;

/** A product, attention or call that a walk comes to: which of its inputs it came to. */
interface Arrival {
  readonly node: PlacedNode;
  readonly input: number;
}

/** Finds what attention does with the parts of a projection. */
export class AttentionRoles {
  constructor(
    private readonly model: PlacedModel,
    private readonly countStep: () => void,
  ) {}

  /**
   * Which of three parts is query (0), key (1) and value (2), as the graph uses them: the query is the left
   * and the key the right side of a product, the value is multiplied by what Softmax makes of that. Or they
   * are the inputs of one node that is attention, or of a function that does either. Undefined where the
   * graph does none of that.
   */
  of(parts: readonly (readonly Value[])[], depth = 0): readonly number[] | undefined {
    const arrivals = parts.map((values) => this.walk(values, (node) => this.isMeeting(node)));
    if (arrivals.some((each) => each === undefined)) return undefined;
    const met = arrivals as readonly (readonly Arrival[])[];
    /** The one part that comes to an input of a node; -1 where none does, or several. */
    const partAt = (node: PlacedNode, input: number): number => {
      const there = met.flatMap((each, part) =>
        each.some((arrival) => arrival.node === node && arrival.input === input) ? [part] : [],
      );
      return there.length === 1 ? there[0]! : -1;
    };
    for (const node of new Set(met.flat().map((arrival) => arrival.node))) {
      const called = calledFunction(this.model, node);
      if (called) {
        const inside = depth < CALLS ? this.inside(called, node, parts.length, partAt) : undefined;
        const roles = inside && this.of(inside, depth + 1);
        if (roles) return roles;
        continue;
      }
      const [query, key] = [partAt(node, 0), partAt(node, 1)];
      if (query < 0 || key < 0 || query === key) continue;
      const value = parts.length - query - key;
      const whole = ATTENTION.has(node.tree.op) && partAt(node, 2) === value;
      if (whole || this.isWeightedBy(met[value]!, node))
        return parts.map((_, part) => [query, key, value].indexOf(part));
    }
    return undefined;
  }

  /** The inputs of a function that a call gives each part as; undefined where one is not among them. */
  private inside(
    called: PlacedFunction,
    call: PlacedNode,
    count: number,
    partAt: (node: PlacedNode, input: number) => number,
  ): readonly (readonly Value[])[] | undefined {
    const values = Array.from({ length: count }, (_, part) =>
      call.tree.inputs.flatMap((__, input) => {
        const value = partAt(call, input) === part ? formalInput(called, input) : undefined;
        return value ? [value] : [];
      }),
    );
    return values.every((each) => each.length > 0) ? values : undefined;
  }

  /** Whether a product that the value comes to takes, on its other side, the Softmax of a product's result. */
  private isWeightedBy(arrivals: readonly Arrival[], scores: PlacedNode): boolean {
    if (!PRODUCTS.has(scores.tree.op)) return false;
    const softmaxes = this.walk(resultsOf(scores), ({ tree }) => tree.op === 'Softmax') ?? [];
    const weighted =
      this.walk(
        softmaxes
          .filter(({ node }) => node.tree.op === 'Softmax')
          .flatMap(({ node }) => resultsOf(node)),
        (node) => this.isMeeting(node),
      ) ?? [];
    return arrivals.some(({ node, input }) =>
      weighted.some((other) => other.node === node && other.input !== input && node !== scores),
    );
  }

  private isMeeting(node: PlacedNode): boolean {
    const { op } = node.tree;
    return (PRODUCTS.has(op) || ATTENTION.has(op)) && !calledFunction(this.model, node);
  }

  /**
   * Where values come to: first of the nodes that end a walk, and every call on the way, past which it goes
   * on; undefined where it is too long to follow.
   */
  private walk(
    from: readonly Value[],
    isEnd: (node: PlacedNode) => boolean,
  ): readonly Arrival[] | undefined {
    const arrivals: Arrival[] = [];
    const open = [...from];
    const seen = new Set<Value>(open);
    let nodes = 0;
    for (let value = open.pop(); value; value = open.pop())
      for (const { node, input } of value.uses) {
        if (++nodes > NODES) return undefined;
        this.countStep();
        const ends = isEnd(node);
        if (ends || calledFunction(this.model, node)) arrivals.push({ node, input });
        if (ends || this.isMeeting(node)) continue;
        for (const result of resultsOf(node))
          if (!seen.has(result)) {
            seen.add(result);
            open.push(result);
          }
      }
    return arrivals;
  }
}

function resultsOf({ tree, scope }: PlacedNode): readonly Value[] {
  return tree.outputs.flatMap((name) => scope.values.get(name) ?? []);
}
