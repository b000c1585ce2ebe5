import { isRecurrent } from './recurrentUse.ts';
import { lookUp, type PlacedNode, type PlacedTensor } from './scopes.ts';
import { tensorflowName } from './tensorflowName.ts';

/** Names that exporters and optimisers make up and that tell a person nothing. */
const EMPTY_NAMES: readonly RegExp[] = [
  /^[\W\d_]*$/,
  /^onnx::/,
  /^p2o\./,
  /^(val|value|tmp|temp|var|v|t|x|tensor|const|constant|constants|initializer|param|node)[._:]*\d*$/i,
  /^const(ant)?_?fold_opt_*\d*/i,
  /(^|[./])constant([_.]\d+)*(_output_\d+)?$/i,
  /_output_\d+$/,
  /^[0-9a-f-]{16,}$/i,
];

export function isTelling(name: string): boolean {
  return !EMPTY_NAMES.some((pattern) => pattern.test(name));
}

/**
 * What a person reads for a weight: the tensor's own name where it tells something (of TensorFlow's the
 * layer); else the name of the
 * bias beside it, as in `layer.0.query.bias`; else the module path that the exporter left in the
 * consuming node's metadata or name; else the node's place, as in `MatMul #12`. What a recurrent node
 * makes a name for is its W or its R, the weights of the data or of the state: `LSTM #1 W`.
 */
export function displayName(tensor: PlacedTensor, consumer: PlacedNode, input: number): string {
  const own = [tensor.header.name, tensor.name].find((name) => name !== '' && isTelling(name));
  if (own !== undefined) return tensorflowName(own);
  const made =
    nameFromBias(consumer) ??
    consumer.tree.moduleScopes.at(-1) ??
    modulePath(consumer) ??
    consumer.position;
  return isRecurrent(consumer.tree.op) ? `${made} ${input === 1 ? 'W' : 'R'}` : made;
}

/** The weight's name where a neighbour is called `something.bias`. */
function nameFromBias({ tree, scope }: PlacedNode): string | undefined {
  const candidates = [tree.inputs[2]];
  const [output] = tree.outputs;
  if (tree.op.endsWith('MatMul') && output !== undefined)
    for (const { node } of scope.values.get(output)?.uses ?? [])
      if (node.tree.op === 'Add') candidates.push(...node.tree.inputs);
  for (const candidate of candidates) {
    if (candidate === undefined || !/[._/]bias$/i.test(candidate) || !isTelling(candidate))
      continue;
    const name = lookUp(scope, candidate)?.tensor?.header.name;
    if (name && /[._/]bias$/i.test(name)) return name.replace(/bias$/i, 'weight');
  }
  return undefined;
}

/** `layers.0.mlp.fc1` of a node called `/layers.0/mlp/fc1/MatMul`. */
function modulePath({ tree }: PlacedNode): string | undefined {
  const parts = tree.name.split('/').filter((part) => part !== '');
  if (parts.length > 1) {
    const path = isOperatorName(parts.at(-1)!, tree.op) ? parts.slice(0, -1) : parts;
    return path.join('.');
  }
  const [name] = parts;
  if (name === undefined || !isTelling(name) || isOperatorName(name, tree.op)) return undefined;
  return name;
}

/** `MatMul_12`, `node_MatMul_12`, `matmul.3`: the operator and a number. */
function isOperatorName(name: string, op: string): boolean {
  const rest = name.replace(/^(node|n|op)_/i, '').toLowerCase();
  return rest.startsWith(op.toLowerCase()) && /^[._\d]*$/.test(rest.slice(op.length));
}
