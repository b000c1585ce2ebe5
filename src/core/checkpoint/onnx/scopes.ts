import { CheckpointError } from '../checkpointError.ts';
import { LIMITS } from '../limits.ts';
import type {
  AttributeTree,
  FunctionTree,
  GraphTree,
  ModelTree,
  NodeTree,
  SparseTree,
} from './modelTree.ts';
import type { TensorHeader } from './tensorHeader.ts';

/** A named value inside one graph: a stored tensor, a node's result, or an input. */
export interface Value {
  readonly name: string;
  readonly scope: Scope;
  readonly tensor: PlacedTensor | undefined;
  /** The node that makes it; undefined for initialisers and inputs. */
  readonly producer: PlacedNode | undefined;
  /** Every place where a node of this graph or of one inside it takes the value, in graph order. */
  readonly uses: Use[];
  /** Where it leaves a graph as a result: its place among that graph's outputs. */
  readonly results: { readonly scope: Scope; readonly index: number }[];
}

export interface Use {
  readonly node: PlacedNode;
  /** Which input of the node. */
  readonly input: number;
}

/** A graph or function body, and what names mean in it. */
export interface Scope {
  /** Readable path from the main graph: node and attribute names in turn; empty for the main graph. */
  readonly path: readonly string[];
  /** The graph around it, whose names are visible here unless they are used again. */
  readonly parent: Scope | undefined;
  /** The node whose attribute this graph is. */
  readonly owner: PlacedNode | undefined;
  readonly values: Map<string, Value>;
  readonly training: boolean;
}

export interface PlacedNode {
  readonly tree: NodeTree;
  readonly scope: Scope;
  /** Place among all nodes of the file, a node before those inside it. */
  readonly order: number;
  /** What a person reads: its name, else its operator and place among those of the same operator. */
  readonly label: string;
  /** `MatMul #12`: its place among the nodes of the same operator, from 1. */
  readonly position: string;
}

export interface PlacedTensor {
  readonly header: TensorHeader;
  readonly scope: Scope;
  /** Graph path and the name of the value it defines (or the attribute that holds it). */
  readonly id: string;
  /** The name in the file: of the value it defines where it does, else its own or its attribute's. */
  readonly name: string;
  readonly place: 'initializer' | 'constant' | 'attribute' | 'sparse-values' | 'sparse-indices';
  /** Set where it is the values of a sparse tensor that defines a value. */
  readonly sparse?: SparseTree;
  /** Operator of the node whose attribute holds it; empty for initialisers. */
  readonly holder: string;
}

export interface PlacedFunction {
  readonly tree: FunctionTree;
  readonly scope: Scope;
}

/** A model with every name resolved. */
export interface PlacedModel {
  readonly tensors: readonly PlacedTensor[];
  readonly nodes: readonly PlacedNode[];
  readonly functions: ReadonlyMap<string, PlacedFunction>;
}

/** The model-local function that a node calls. */
export function calledFunction(
  model: PlacedModel,
  { tree }: PlacedNode,
): PlacedFunction | undefined {
  if (model.functions.size === 0) return undefined;
  return model.functions.get(functionKey(tree.domain, tree.op, tree.overload));
}

function functionKey(domain: string, name: string, overload: string): string {
  return JSON.stringify([domain, name, overload]);
}

/** Places every node and tensor of a model, and resolves names: inner graphs see outer ones, and shadow them. Throws CheckpointError (`limit-exceeded`). */
export function placeModel(model: ModelTree, file: string): PlacedModel {
  const placement = new Placement(file);
  placement.graph(model.graph, scopeOf([], undefined, undefined, false));
  const functions = new Map<string, PlacedFunction>();
  for (const tree of model.functions) {
    const path = [`function ${[tree.domain, tree.name].filter((part) => part !== '').join('.')}`];
    const scope = scopeOf(path, undefined, undefined, false);
    placement.graph(tree.body, scope);
    for (const attribute of tree.defaults) placement.attribute(attribute, scope, undefined);
    const key = functionKey(tree.domain, tree.name, tree.overload);
    if (!functions.has(key)) functions.set(key, { tree, scope });
  }
  for (const [k, graph] of model.training.entries())
    placement.graph(graph, scopeOf([`training graph ${k + 1}`], undefined, undefined, true));
  placement.resolve();
  return { tensors: placement.tensors, nodes: placement.nodes, functions };
}

function scopeOf(
  path: readonly string[],
  parent: Scope | undefined,
  owner: PlacedNode | undefined,
  training: boolean,
): Scope {
  return { path, parent, owner, training, values: new Map() };
}

class Placement {
  readonly tensors: PlacedTensor[] = [];
  readonly nodes: PlacedNode[] = [];
  private readonly outputs: { readonly scope: Scope; readonly names: readonly string[] }[] = [];
  private readonly ofOperator = new Map<string, number>();
  private idCharacters = 0;

  constructor(private readonly file: string) {}

  graph(tree: GraphTree, scope: Scope): void {
    // Initialisers come first: a name that is also a graph input (a default, IR version 3) means them.
    for (const header of tree.initializers) {
      const tensor = this.tensor(header, scope, header.name, 'initializer', '');
      define(scope, header.name, tensor, undefined);
    }
    for (const sparse of tree.sparse) this.sparse(sparse, scope, sparse.values.name, undefined);
    for (const node of tree.nodes) this.node(node, scope);
    for (const name of tree.inputs) define(scope, name, undefined, undefined);
    this.outputs.push({ scope, names: tree.outputs });
  }

  attribute(attribute: AttributeTree, scope: Scope, node: PlacedNode | undefined): void {
    const { tensors, sparse, graphs } = attribute;
    const inNode = node ? `${node.label}/` : '';
    const holder = node?.tree.op ?? '';
    const numbered = (index: number, count: number): string =>
      `${inNode}${attribute.name}${count > 1 ? `[${index}]` : ''}`;
    for (const [k, header] of tensors.entries())
      this.tensor(header, scope, numbered(k, tensors.length), 'attribute', holder);
    for (const [k, { values, indices }] of sparse.entries()) {
      const name = numbered(k, sparse.length);
      this.tensor(values, scope, `${name}.values`, 'sparse-values', holder);
      if (indices) this.tensor(indices, scope, `${name}.indices`, 'sparse-indices', holder);
    }
    for (const [k, graph] of graphs.entries()) {
      const path = [...scope.path, numbered(k, graphs.length)];
      this.graph(graph, scopeOf(path, scope, node, scope.training));
    }
  }

  /** Tells each value who uses it. Only now is everything defined that an inner graph may name. */
  resolve(): void {
    for (const node of this.nodes)
      for (const [input, name] of node.tree.inputs.entries())
        if (name !== '') lookUp(node.scope, name)?.uses.push({ node, input });
    for (const { scope, names } of this.outputs)
      for (const [index, name] of names.entries())
        if (name !== '') lookUp(scope, name)?.results.push({ scope, index });
  }

  private node(tree: NodeTree, scope: Scope): void {
    const ordinal = (this.ofOperator.get(tree.op) ?? 0) + 1;
    this.ofOperator.set(tree.op, ordinal);
    const position = `${tree.op} #${ordinal}`;
    const node: PlacedNode = {
      tree,
      scope,
      order: this.nodes.length,
      label: tree.name === '' ? position : tree.name,
      position,
    };
    this.nodes.push(node);
    const [output] = tree.outputs;
    const value = output === undefined ? undefined : constantValue(tree);
    if (output !== undefined && value) {
      const [dense, sparse] = [value.tensors[0], value.sparse[0]];
      if (dense) {
        const tensor = this.tensor(dense, scope, output, 'constant', tree.op);
        define(scope, output, tensor, node);
      } else if (sparse) this.sparse(sparse, scope, output, node);
    }
    for (const attribute of tree.attributes)
      if (attribute !== value) this.attribute(attribute, scope, node);
    for (const name of tree.outputs) define(scope, name, undefined, node);
  }

  /** A sparse tensor that defines a value. */
  private sparse(
    sparse: SparseTree,
    scope: Scope,
    name: string,
    producer: PlacedNode | undefined,
  ): void {
    const { values, indices } = sparse;
    const holder = producer?.tree.op ?? '';
    const tensor = this.tensor(values, scope, name, 'sparse-values', holder, sparse);
    define(scope, name, tensor, producer);
    if (indices) this.tensor(indices, scope, `${name}.indices`, 'sparse-indices', holder);
  }

  private tensor(
    header: TensorHeader,
    scope: Scope,
    name: string,
    place: PlacedTensor['place'],
    holder: string,
    sparse?: SparseTree,
  ): PlacedTensor {
    const id = [...scope.path, name].join('/');
    this.idCharacters += id.length;
    if (this.idCharacters > LIMITS.textBytes)
      throw new CheckpointError(
        'limit-exceeded',
        `${this.file}: the paths of its tensors take more than ${LIMITS.textBytes} characters; no real model nests graphs of such names so deep.`,
        { file: this.file, tensor: header.name, field: header.path, offset: header.offset },
      );
    const shown = place === 'attribute' && header.name !== '' ? header.name : name;
    const own = { header, scope, id, name: shown, place, holder };
    const tensor = sparse ? { ...own, sparse } : own;
    this.tensors.push(tensor);
    return tensor;
  }
}

/** The attribute of a Constant node that is the one tensor, dense or sparse, which it defines. */
function constantValue(tree: NodeTree): AttributeTree | undefined {
  if (tree.op !== 'Constant') return undefined;
  return tree.attributes.find(
    ({ name, tensors, sparse }) =>
      (name === 'value' && tensors.length === 1 && sparse.length === 0) ||
      (name === 'sparse_value' && sparse.length === 1 && tensors.length === 0),
  );
}

/** The first definition of a name stands: ONNX allows one. */
function define(
  scope: Scope,
  name: string,
  tensor: PlacedTensor | undefined,
  producer: PlacedNode | undefined,
): void {
  if (name === '' || scope.values.has(name)) return;
  scope.values.set(name, { name, scope, tensor, producer, uses: [], results: [] });
}

/** What a name means in a graph. */
export function lookUp(scope: Scope, name: string): Value | undefined {
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    const value = at.values.get(name);
    if (value) return value;
  }
  return undefined;
}
