import type { PlacedTensor } from '../checkpoint/onnx/scopes.ts';
import { FLOAT_BYTES } from '../checkpoint/elementSize.ts';
import type { DenseWeight } from './denseWeight.ts';
import type { LayerRewrite } from './layerRewrite.ts';
import { totalLength } from './piece.ts';

/**
 * Bytes by which all files together grow when a weight is rewritten, but for its values: names, nodes, and where
 * values lie. Lengths of the messages around them, a few bytes a file, are not counted.
 *
 * @param beside bytes that the rewrite put into the file of external data
 */
export function addedBytes(
  { parameters, dtype }: Pick<DenseWeight, 'parameters' | 'dtype'>,
  { header }: PlacedTensor,
  { edits, stored }: LayerRewrite,
  beside: number,
): number {
  const before = parameters * FLOAT_BYTES[dtype];
  const inside = edits.reduce((sum, { pieces, bytes }) => sum + totalLength(pieces) - bytes, 0);
  const values = stored - before;
  return inside + beside - (header.external ? before : 0) - values;
}
