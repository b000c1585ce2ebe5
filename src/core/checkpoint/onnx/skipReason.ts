import { LIMITS } from '../limits.ts';
import { QUANTISED_OPERATOR } from './consumption.ts';
import { codeType } from './quantisedContent.ts';
import { lookUp, type PlacedTensor, type Value } from './scopes.ts';
import type { TensorContent } from './tensorContent.ts';

/**
 * Why a tensor is no weight matrix, as far as can be told without following it through the graph; empty
 * where it must be followed. A fragment of a sentence for a person.
 */
export function skipReason(tensor: PlacedTensor, content: TensorContent): string {
  const { type, shape, elements } = content;
  if (tensor.scope.training) return 'part of a graph for training, not of the model that is run';
  if (tensor.place === 'sparse-values' && !tensor.sparse)
    return `values of a sparse tensor in an attribute of ${tensor.holder || 'a function'}, not a weight`;
  if (tensor.place === 'sparse-indices') return 'indices of a sparse tensor, not weights';
  const value = definedValue(tensor);
  if (!type.float && !(value && mayBeQuantised(content, value)))
    return `${type.name}: ${type.reason}`;
  if (tensor.place === 'attribute')
    return `an attribute of ${tensor.holder || 'a function'}, not a weight`;
  if (!value) return 'another tensor of the same graph has its name, and that one counts';
  if (tensor.sparse && elements > LIMITS.sparseElements)
    return `a sparse tensor of ${elements} elements with its zeros (${shape.join(' x ')}); more than ${LIMITS.sparseElements} are not filled in`;
  if (elements === 0) return `holds no values (its shape is ${shape.join(' x ')})`;
  if (value.uses.length === 0 && value.results.length === 0) return 'no node uses it';
  if (elements === 1) return 'a single number, not a matrix';
  if (shape.length === 1) return `a vector of ${elements} values (a bias or scale), not a matrix`;
  return '';
}

/** Whether integers may be the codes of weights or belong to such; only the nodes they come to can tell. */
function mayBeQuantised({ type, shape }: TensorContent, { uses }: Value): boolean {
  if (codeType(type.name) === undefined) return false;
  return shape.length > 1 || uses.some(({ node }) => QUANTISED_OPERATOR.test(node.tree.op));
}

/** The value that a tensor defines; undefined where it defines none. */
export function definedValue(tensor: PlacedTensor): Value | undefined {
  const { place, sparse } = tensor;
  if (place !== 'initializer' && place !== 'constant' && !sparse) return undefined;
  const value = lookUp(tensor.scope, tensor.name);
  return value?.tensor === tensor ? value : undefined;
}
