import type { WeightChain } from '../checkpoint.ts';
import { STANDARD_DOMAIN } from './readModel.ts';
import { lookUp, type PlacedModel, type PlacedNode, type Value } from './scopes.ts';

/** Products whose norm is that of the weight (of a convolution at most its bound, per kernel position). */
const PRODUCTS = new Set(['MatMul', 'Gemm', 'Conv', 'ConvTranspose']);

/** Operators that never increase a distance, whatever their attributes, of their one input that is no constant. */
const CONTRACTIONS = new Set([
  ...['Identity', 'Dropout', 'Reshape', 'Flatten', 'Transpose', 'Squeeze', 'Unsqueeze', 'Slice'],
  ...['Relu', 'Sigmoid', 'Tanh', 'Softsign', 'Softplus', 'Softmax', 'Clip', 'Abs', 'Neg'],
  ...['Add', 'Sub', 'GlobalAveragePool', 'ReduceMean'],
]);

/** Those whose slope is at most 1 where the attribute is; its default is below 1. */
const SLOPED = new Set(['LeakyRelu', 'Elu']);

/**
 * The weights that a network applies one after the other, where it is a plain chain: back from its one
 * output every node takes a single value that depends on the input, and either multiplies by one weight
 * or is known never to increase a distance. Else in words why it is none.
 *
 * @param weightsOf ids of the weights that each node multiplies by
 */
export function weightChain(
  model: PlacedModel,
  weightsOf: ReadonlyMap<PlacedNode, readonly string[]>,
): WeightChain {
  const main = model.nodes.find(({ scope }) => !scope.parent && scope.path.length === 0)?.scope;
  const outputs = [...(main?.values.values() ?? [])].filter(({ results }) =>
    results.some(({ scope }) => scope === main),
  );
  const [output] = outputs;
  if (!main || !output) return none('the graph has no output');
  if (outputs.length > 1) return none(`the graph has ${outputs.length} outputs`);
  const constants = constantValues(model, main);
  const weights: string[] = [];
  const seen = new Set<PlacedNode>();
  let at = output;
  for (let node = at.producer; node; node = at.producer) {
    if (seen.has(node)) return none(`${node.label} depends on its own result`);
    seen.add(node);
    const data = inputsOf(node).filter((value) => !constants.has(value));
    if (data.length !== 1)
      return none(
        `${node.label} (${node.tree.op}) takes ${data.length} values that depend on the input, so that the graph is no plain chain`,
      );
    const own = weightsOf.get(node) ?? [];
    const reason = unbounded(node, own.length);
    if (reason !== '') return none(reason);
    weights.push(...own);
    at = data[0]!;
  }
  return { kind: 'chain', weights: weights.reverse() };
}

/** Empty where the node multiplies by its one weight, or never increases a distance. */
function unbounded({ tree, label }: PlacedNode, weights: number): string {
  const { op, domain, attributes } = tree;
  const standard = domain === '' || domain === STANDARD_DOMAIN;
  const float = (name: string): number =>
    attributes.find((attribute) => attribute.name === name)?.float ?? 1;
  if (standard && PRODUCTS.has(op)) {
    if (weights === 1 && Math.abs(float('alpha')) <= 1) return '';
    return `${label} (${op}) multiplies by ${weights} analyzed weights and a factor of ${float('alpha')}`;
  }
  if (standard && weights === 0) {
    if (CONTRACTIONS.has(op)) return '';
    if (SLOPED.has(op) && Math.abs(float('alpha')) <= 1) return '';
  }
  return `${label} is ${op}, of which no bound is known here`;
}

function inputsOf(node: PlacedNode): readonly Value[] {
  return node.tree.inputs.flatMap((name) => {
    const value = name === '' ? undefined : lookUp(node.scope, name);
    return value ? [value] : [];
  });
}

/** Stored tensors, and what nodes make of them alone. */
function constantValues(model: PlacedModel, main: PlacedNode['scope']): ReadonlySet<Value> {
  const constants = new Set<Value>();
  for (const value of main.values.values()) if (value.tensor) constants.add(value);
  for (const node of model.nodes) {
    const inputs = inputsOf(node);
    if (node.scope !== main || !inputs.every((value) => constants.has(value))) continue;
    // Without inputs only a Constant is one: a random number has none either.
    if (inputs.length === 0 && node.tree.op !== 'Constant') continue;
    for (const name of node.tree.outputs) {
      const value = main.values.get(name);
      if (value) constants.add(value);
    }
  }
  return constants;
}

function none(reason: string): WeightChain {
  return { kind: 'none', reason };
}
