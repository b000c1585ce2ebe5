import type { ByteRange } from '../checkpoint.ts';
import { LIMITS } from '../limits.ts';
import type { MessageReader } from '../protobuf/messageReader.ts';
import {
  ATTRIBUTE,
  GRAPH,
  KEY_VALUE,
  NODE,
  SPARSE_TENSOR,
  TENSOR,
  TYPE,
  VALUE_INFO,
} from './messageShapes.ts';
import { moduleScopesOf } from './moduleScopes.ts';
import type { AttributeTree, GraphTree, NodeTree, SparseTree } from './modelTree.ts';
import { readKeyValue, readTensorHeader, type TensorHeader } from './tensorHeader.ts';
import { checkType } from './valueType.ts';

/** How much of one file has been indexed. */
export interface IndexCount {
  nodes: number;
  tensors: number;
}

/** Reads a GraphProto, its nodes, and every graph nested in them. */
export function readGraph(message: MessageReader, count: IndexCount): GraphTree {
  const nodes: NodeTree[] = [];
  const initializers: TensorHeader[] = [];
  const sparse: SparseTree[] = [];
  const inputs: string[] = [];
  const outputs: string[] = [];
  const inputSpans: ByteRange[] = [];
  while (message.next()) {
    switch (message.name) {
      case 'node':
        nodes.push(readNode(message.child(NODE, nodes.length), count, message.span));
        break;
      case 'initializer':
        initializers.push(readTensor(message, count, initializers.length));
        break;
      case 'sparse_initializer':
        sparse.push(readSparse(message.child(SPARSE_TENSOR, sparse.length), count));
        break;
      case 'input':
        inputSpans.push(message.span);
        inputs.push(readValueName(message.child(VALUE_INFO, inputs.length)));
        break;
      case 'output':
        outputs.push(readValueName(message.child(VALUE_INFO, outputs.length)));
    }
  }
  return { nodes, initializers, sparse, inputs, outputs, inputSpans };
}

/** Reads a NodeProto. */
export function readNode(message: MessageReader, count: IndexCount, span: ByteRange): NodeTree {
  if (++count.nodes > LIMITS.nodes)
    message.fail('limit-exceeded', `is one of more than ${LIMITS.nodes} nodes, too many to read.`);
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes: AttributeTree[] = [];
  let op = '';
  let domain = '';
  let overload = '';
  let name = '';
  let moduleScopes: readonly string[] = [];
  while (message.next()) {
    switch (message.name) {
      case 'input':
        inputs.push(message.text());
        break;
      case 'output':
        outputs.push(message.text());
        break;
      case 'name':
        name = message.text();
        break;
      case 'op_type':
        op = message.text();
        break;
      case 'attribute':
        if (attributes.length >= LIMITS.attributes)
          message.fail('limit-exceeded', `is one of more than ${LIMITS.attributes} of its node.`);
        attributes.push(readAttribute(message.child(ATTRIBUTE, attributes.length), count));
        break;
      case 'domain':
        domain = message.text();
        break;
      case 'overload':
        overload = message.text();
        break;
      case 'metadata_props': {
        const scopes = moduleScopesOf(...readKeyValue(message.child(KEY_VALUE)));
        if (scopes.length > 0) moduleScopes = scopes;
      }
    }
  }
  return { op, domain, overload, name, inputs, outputs, attributes, moduleScopes, span };
}

/** Reads an AttributeProto: its integers, tensors and graphs. */
export function readAttribute(message: MessageReader, count: IndexCount): AttributeTree {
  const integers: number[] = [];
  const tensors: TensorHeader[] = [];
  const sparse: SparseTree[] = [];
  const graphs: GraphTree[] = [];
  let name = '';
  let reference = '';
  let integer: number | undefined;
  let float: number | undefined;
  let text: string | undefined;
  while (message.next()) {
    switch (message.name) {
      case 'name':
        name = message.text();
        break;
      case 'ref_attr_name':
        reference = message.text();
        break;
      case 'i':
        integer = message.integer();
        break;
      case 'f':
        float = message.float();
        break;
      case 's':
        if (message.range().bytes <= LIMITS.attributeTextBytes) text = message.text();
        break;
      case 'ints':
        // What is longer is a lookup table, which nothing here reads.
        message.integers(integers, LIMITS.shapeElements);
        break;
      case 't':
        tensors.push(readTensor(message, count));
        break;
      case 'tensors':
        tensors.push(readTensor(message, count, tensors.length));
        break;
      case 'sparse_tensor':
        sparse.push(readSparse(message.child(SPARSE_TENSOR), count));
        break;
      case 'sparse_tensors':
        sparse.push(readSparse(message.child(SPARSE_TENSOR, sparse.length), count));
        break;
      case 'g':
        graphs.push(readGraph(message.child(GRAPH), count));
        break;
      case 'graphs':
        graphs.push(readGraph(message.child(GRAPH, graphs.length), count));
        break;
      case 'tp':
      case 'type_protos':
        checkType(message.child(TYPE));
    }
  }
  return { name, reference, integer, integers, float, text, tensors, sparse, graphs };
}

function readTensor(parent: MessageReader, count: IndexCount, index?: number): TensorHeader {
  if (++count.tensors > LIMITS.tensors)
    parent.fail(
      'limit-exceeded',
      `is one of more than ${LIMITS.tensors} tensors, too many to read.`,
    );
  return readTensorHeader(parent.child(TENSOR, index), parent.span);
}

function readSparse(message: MessageReader, count: IndexCount): SparseTree {
  const dims: number[] = [];
  let values: TensorHeader | undefined;
  let indices: TensorHeader | undefined;
  while (message.next()) {
    if (message.name === 'values') {
      if (values) message.fail('malformed', 'occurs twice in one sparse tensor.');
      values = readTensor(message, count);
    } else if (message.name === 'indices') {
      if (indices) message.fail('malformed', 'occurs twice in one sparse tensor.');
      indices = readTensor(message, count);
    } else if (message.name === 'dims' && !message.integers(dims, LIMITS.axes))
      message.fail('limit-exceeded', `has more than ${LIMITS.axes} axes.`);
  }
  if (!values) message.fail('malformed', 'ends without values, which a sparse tensor must have.');
  return { values, indices, dims };
}

function readValueName(message: MessageReader): string {
  let name = '';
  while (message.next())
    if (message.name === 'name') name = message.text();
    else if (message.name === 'type') checkType(message.child(TYPE));
  return name;
}
