import type { ByteRange } from '../checkpoint/checkpoint.ts';
import { GRAPH, FUNCTION, NODE } from '../checkpoint/onnx/messageShapes.ts';
import type { OnnxModel } from '../checkpoint/onnx/onnxCheckpoint.ts';
import type {
  PlacedFunction,
  PlacedNode,
  PlacedTensor,
  Scope,
  Value,
} from '../checkpoint/onnx/scopes.ts';
import type { RangeReader } from '../checkpoint/rangeReader.ts';
import type { DenseWeight } from './denseWeight.ts';
import { messageFields } from './messageFields.ts';
import { bytesPiece, type Edit, type Piece } from './piece.ts';
import {
  constantNode,
  field,
  nodeMessage,
  operatorFields,
  type NewNode,
  type NewOperator,
  type NewTensor,
} from './protoBuilders.ts';
import { fieldNumber, fieldsOf } from './wire.ts';

/** Where one weight stands in its file, and what is needed to change it there. */
export interface RewriteSite {
  readonly model: OnnxModel;
  readonly reader: RangeReader;
  readonly weight: DenseWeight;
  readonly tensor: PlacedTensor;
  readonly value: Value;
  readonly fresh: (base: string) => string;
  /** Whether all values that can be go beside the model. */
  readonly allBeside: boolean;
  /** To be called when the work on the weight's values begins. */
  readonly begin: () => void;
  /** Takes a node for the changes of one weight; false where another has it. */
  readonly claim: (node: PlacedNode) => boolean;
  /** The content of a TensorProto, its values in the file or beside it. */
  readonly write: (tensor: NewTensor, beside: boolean) => readonly Piece[];
}

/** Undefined where the tensor defines no value: nothing takes it by a name. */
export function definedBy(tensor: PlacedTensor): Value | undefined {
  return [...tensor.scope.values.values()].find((value) => value.tensor === tensor);
}

/** The function whose body a graph is, or is nested in. */
export function functionAround(model: OnnxModel, scope: Scope): PlacedFunction | undefined {
  let at = scope;
  while (at.parent) at = at.parent;
  return [...model.placed.functions.values()].find((each) => each.scope === at);
}

/** Version of the standard operators that nodes of this graph mean; 0 where none is imported. */
export function opsetAt(model: OnnxModel, scope: Scope): number {
  const opset = functionAround(model, scope)?.tree.opset ?? model.tree.opset;
  return opset['ai.onnx'] ?? 0;
}

/** Nodes as fields of the graph or function body that `scope` is. */
export function nodeFields(model: OnnxModel, scope: Scope, nodes: readonly NewNode[]): Piece[] {
  const number = nodeNumber(model, scope);
  return nodes.flatMap((node) => field(number, [bytesPiece(nodeMessage(node))]));
}

function nodeNumber(model: OnnxModel, scope: Scope): number {
  const isBody = functionAround(model, scope)?.scope === scope;
  return fieldNumber(isBody ? FUNCTION : GRAPH, 'node');
}

export function insertBefore(model: OnnxModel, at: PlacedNode, nodes: readonly NewNode[]): Edit {
  const { offset } = at.tree.span;
  return { offset, bytes: 0, pieces: nodeFields(model, at.scope, nodes) };
}

export function insertAfter(model: OnnxModel, at: PlacedNode, nodes: readonly NewNode[]): Edit {
  const { offset, bytes } = at.tree.span;
  return { offset: offset + bytes, bytes: 0, pieces: nodeFields(model, at.scope, nodes) };
}

/**
 * Puts tensors in the place of the weight, of the same kind (initialisers or Constant nodes), and nodes
 * that compute with them alone before all others that could take their results.
 */
export function replaceWeight(
  { model, tensor, value, write, fresh }: RewriteSite,
  tensors: readonly NewTensor[],
  nodes: readonly NewNode[],
): readonly Edit[] {
  const { scope, header } = tensor;
  const beside = header.external !== undefined;
  const { producer } = value;
  if (producer) {
    const number = nodeNumber(model, scope);
    const constants = tensors.flatMap((each) =>
      field(number, constantNode(write(each, beside), fresh(`${each.name}_constant`), each.name)),
    );
    const { span } = producer.tree;
    return [{ ...span, pieces: [...constants, ...nodeFields(model, scope, nodes)] }];
  }
  const number = fieldNumber(GRAPH, 'initializer');
  const pieces = tensors.flatMap((each) => field(number, write(each, beside)));
  const edits: Edit[] = [{ ...header.span, pieces }];
  const first = model.placed.nodes.find((node) => node.scope === scope);
  if (nodes.length > 0 && first) edits.push(insertBefore(model, first, nodes));
  const graph = model.tree.graph;
  const input = scope.parent === undefined ? graph.inputs.indexOf(value.name) : -1;
  // A weight that callers could also feed is a constant from now on.
  if (input >= 0) edits.push({ ...graph.inputSpans[input]!, pieces: [] });
  return edits;
}

/** What of a node changes: inputs by their index (null removes one), its first output, its operator. */
export interface NodeChange {
  readonly inputs: Readonly<Record<number, string | null>>;
  /** Inputs after those that it has. */
  readonly more?: readonly string[];
  readonly output?: string;
  readonly operator?: NewOperator;
}

export function changeNode(
  reader: RangeReader,
  { tree }: PlacedNode,
  { inputs, more = [], output, operator }: NodeChange,
): readonly Edit[] {
  const write = fieldsOf(NODE);
  const edits: Edit[] = [];
  const replace = (span: ByteRange, ...parts: readonly Uint8Array[]): void => {
    edits.push({ ...span, pieces: parts.map(bytesPiece) });
  };
  const counts = { input: 0, output: 0 };
  for (const { name, span } of messageFields(reader, tree.span, NODE)) {
    if (name === 'input') {
      const to = inputs[counts.input++];
      const isLast = counts.input === tree.inputs.length;
      const added = isLast ? more.map((each) => write.bytes('input', each)) : [];
      if (to === undefined && added.length === 0) continue;
      const own = to === undefined ? tree.inputs[counts.input - 1]! : to;
      replace(span, ...(own === null ? [] : [write.bytes('input', own)]), ...added);
    } else if (name === 'output' && counts.output++ === 0 && output !== undefined)
      replace(span, write.bytes('output', output));
    else if (operator && name === 'op_type') replace(span, operatorFields(operator));
    else if (operator && name === 'domain') replace(span);
  }
  return edits;
}
