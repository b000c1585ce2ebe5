import {
  flattened,
  reshaped,
  squeezed,
  transposed,
  unsqueezed,
  type AxesView,
} from './axesView.ts';

/** A node that may pass a tensor on unchanged but for the order and grouping of its axes. */
export interface PassingNode {
  readonly op: string;
  /** Which input the tensor is. */
  readonly input: number;
  readonly integer: (attribute: string) => number | undefined;
  readonly integers: (attribute: string) => readonly number[] | undefined;
  /** An input that is a constant list of integers. */
  readonly constant: (input: number) => readonly number[] | undefined;
}

/** `elsewhere`: the node is not of this kind. `stopped`: it is, but what it makes is not followed. */
export type Passing =
  | { readonly kind: 'passed'; readonly view: AxesView }
  | { readonly kind: 'stopped'; readonly reason: string }
  | { readonly kind: 'elsewhere' };

/** float32, float16, float64 and bfloat16 as TensorProto.DataType. */
const FLOAT_TYPES = new Set([1, 10, 11, 16]);

const OPERATORS: Readonly<Record<string, (node: PassingNode, view: AxesView) => Passing>> = {
  Identity: (_, view) => passed(view),
  Dropout: (_, view) => passed(view),
  Cast: (node, view) =>
    FLOAT_TYPES.has(node.integer('to') ?? 0)
      ? passed(view)
      : stopped('cast to a type that is not a floating-point one before it is used'),
  CastLike: (_, view) => passed(view),
  DequantizeLinear: (_, view) => passed(view),
  Transpose(node, view) {
    const order = node.integers('perm');
    return passedOr(transposed(view, order?.length ? order : undefined), 'Transpose', view);
  },
  Reshape(node, view) {
    const target = node.constant(1) ?? attributeList(node, 'shape');
    if (!target) return stopped('reshaped to a shape that is known only when the model runs');
    return passedOr(reshaped(view, target, node.integer('allowzero') === 1), 'Reshape', view);
  },
  Squeeze(node, view) {
    const axes = node.constant(1) ?? attributeList(node, 'axes');
    return passedOr(squeezed(view, axes), 'Squeeze', view);
  },
  Unsqueeze(node, view) {
    const axes = node.constant(1) ?? attributeList(node, 'axes');
    if (!axes) return stopped('given axes that are known only when the model runs');
    return passedOr(unsqueezed(view, axes), 'Unsqueeze', view);
  },
  Flatten: (node, view) => passedOr(flattened(view, node.integer('axis') ?? 1), 'Flatten', view),
};

/** What a node of the standard operators makes of a tensor that it sees as `view`. */
export function passedOn(node: PassingNode, view: AxesView): Passing {
  if (node.input !== 0 || !Object.hasOwn(OPERATORS, node.op)) return { kind: 'elsewhere' };
  return OPERATORS[node.op]!(node, view);
}

function attributeList(node: PassingNode, name: string): readonly number[] | undefined {
  const list = node.integers(name);
  return list?.length ? list : undefined;
}

function passed(view: AxesView): Passing {
  return { kind: 'passed', view };
}

function stopped(reason: string): Passing {
  return { kind: 'stopped', reason };
}

function passedOr(view: AxesView | undefined, op: string, before: AxesView): Passing {
  if (view) return passed(view);
  return stopped(
    `cut up by ${op} from ${before.lengths.join(' x ')}, so that it is not one matrix`,
  );
}
