import type { Weight } from '../checkpoint/checkpoint.ts';
import type { OnnxModel } from '../checkpoint/onnx/onnxCheckpoint.ts';
import { lookUp, type PlacedNode, type Scope, type Use } from '../checkpoint/onnx/scopes.ts';
import { definedBy } from './rewriteSite.ts';

/** How the vectors that a weight is multiplied with lie in a tensor. */
export type TapForm =
  /** Along an axis, counted from the end: 1 for the last one. */
  | { readonly kind: 'vectors'; readonly axis: 1 | 2 }
  /** The patches of a convolution `[batch, channels, ...space]`, flattened as its kernel is. */
  | { readonly kind: 'patches'; readonly kernel: readonly number[]; readonly geometry: Geometry }
  /** Each number picks a row of a table; negative ones count from its end. */
  | { readonly kind: 'look-ups'; readonly rows: number };

/** Where a convolution looks, by axis of space. */
export interface Geometry {
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Before and after each axis, as ONNX orders them: all befores first. */
  readonly pads: readonly number[];
  /** `NOTSET` where `pads` counts. */
  readonly autoPad: string;
}

/** A value of the main graph that a weight is multiplied with. */
export interface InputTap {
  readonly value: string;
  readonly form: TapForm;
}

/** All inputs of one weight. */
export interface WeightTaps {
  readonly id: string;
  /** Of the stored matrix that they lie along. */
  readonly side: 'rows' | 'cols';
  /** Length of a vector. */
  readonly length: number;
  readonly taps: readonly InputTap[];
}

/**
 * Where the vectors can be had that a weight is multiplied with, or why they cannot. Its nodes take it as it is
 * stored, all of them on the same side, and their other input is a value of the main graph.
 */
export function inputTaps(
  model: OnnxModel,
  weight: Weight,
): WeightTaps | { readonly refused: string } {
  const refused = refusalOf(weight);
  if (refused !== '') return { refused };
  const tensor = model.tensors.get(weight.id);
  const value = tensor && definedBy(tensor);
  if (!value) return { refused: 'no name in the graph stands for it' };
  if (value.results.length > 0) return { refused: 'it is itself an output of a graph' };
  const found: { tap: InputTap; side: 'rows' | 'cols' }[] = [];
  for (const use of value.uses) {
    const seen = useOf(use, weight);
    if ('refused' in seen) return seen;
    found.push(seen);
  }
  const [first] = found;
  if (!first) return { refused: 'no node takes it' };
  if (found.some(({ side }) => side !== first.side))
    return { refused: 'its nodes multiply it from both sides' };
  const rows = weight.shape[0] ?? 1;
  return {
    id: weight.id,
    side: first.side,
    length: first.side === 'rows' ? rows : weight.parameters / rows,
    taps: found.map(({ tap }) => tap),
  };
}

function refusalOf({ role, op, orientation, groups, division, shape, rowAxes }: Weight): string {
  if (groups > 1) return `each of its ${groups} groups has inputs of its own`;
  if (division && division.batchAxes > 0)
    return 'it is a batch of matrices, each with inputs of its own';
  if (role === 'recurrent') return `what its gates are multiplied with stays inside ${op}`;
  if (orientation === 'conv-transpose')
    return 'a transposed convolution spreads its inputs instead of gathering them';
  if (role !== 'conv' && (shape.length !== 2 || rowAxes !== 1))
    return 'its axes are joined before it is multiplied';
  return '';
}

type SeenUse =
  { readonly tap: InputTap; readonly side: 'rows' | 'cols' } | { readonly refused: string };

function useOf({ node, input }: Use, { shape }: Weight): SeenUse {
  const { op, domain, attributes } = node.tree;
  const through: SeenUse = { refused: `${op} takes it, which is no plain product` };
  if (domain !== '' && domain !== 'ai.onnx') return through;
  if (attributes.some(({ reference }) => reference !== ''))
    return { refused: `the attributes of its ${op} are given by a caller` };
  const flag = (name: string): boolean => (integerOf(node, name) ?? 0) !== 0;
  const along = (which: 0 | 1, axis: 1 | 2, side: 'rows' | 'cols'): SeenUse =>
    tapped(node, which, { kind: 'vectors', axis }, side);
  switch (op) {
    case 'MatMul':
      return input === 0 ? along(1, 2, 'cols') : along(0, 1, 'rows');
    case 'Gemm': {
      if (input > 1) return through;
      const [transA, transB] = [flag('transA'), flag('transB')];
      return input === 0
        ? along(1, transB ? 1 : 2, transA ? 'rows' : 'cols')
        : along(0, transA ? 2 : 1, transB ? 'cols' : 'rows');
    }
    case 'Gather':
      if (input !== 0 || flag('axis')) return through;
      return tapped(node, 1, { kind: 'look-ups', rows: shape[0]! }, 'rows');
    case 'Conv': {
      if (input !== 1) return through;
      const kernel = shape.slice(2);
      return tapped(
        node,
        0,
        { kind: 'patches', kernel, geometry: geometryOf(node, kernel) },
        'cols',
      );
    }
    default:
      return through;
  }
}

function tapped(node: PlacedNode, which: 0 | 1, form: TapForm, side: 'rows' | 'cols'): SeenUse {
  const name = node.tree.inputs[which] ?? '';
  if (!isMain(node.scope))
    return {
      refused: `'${node.label}' is in a graph inside a node or in a function, whose values cannot be looked at`,
    };
  const value = lookUp(node.scope, name);
  if (!value) return { refused: `what '${node.label}' multiplies it with is not in the graph` };
  if (value.tensor) return { refused: `'${node.label}' multiplies it with a constant` };
  return { tap: { value: name, form }, side };
}

/** Whether a graph is the model's own. */
export function isMain({ parent, path, training }: Scope): boolean {
  return !parent && path.length === 0 && !training;
}

function geometryOf(node: PlacedNode, kernel: readonly number[]): Geometry {
  const integers = (name: string): readonly number[] | undefined => {
    const found = node.tree.attributes.find((each) => each.name === name)?.integers;
    return found && found.length > 0 ? found : undefined;
  };
  const ones = kernel.map(() => 1);
  return {
    strides: integers('strides') ?? ones,
    dilations: integers('dilations') ?? ones,
    pads: integers('pads') ?? [...ones, ...ones].map(() => 0),
    autoPad: node.tree.attributes.find(({ name }) => name === 'auto_pad')?.text ?? 'NOTSET',
  };
}

function integerOf(node: PlacedNode, name: string): number | undefined {
  return node.tree.attributes.find((attribute) => attribute.name === name)?.integer;
}
