import type { Band } from '../checkpoint.ts';
import { attributeOf, type CallFrame } from './callFrame.ts';
import type { OutputLayout } from './outputLayout.ts';
import type { Use } from './scopes.ts';

const PACKED_HEADS = new Set(['MultiHeadAttention', 'PackedMultiHeadAttention']);

/**
 * The parts of a product that goes as one into an attention of ONNX Runtime, which takes it apart itself:
 * `[heads, 3, size]` outputs as the query of MultiHeadAttention and PackedMultiHeadAttention, `[heads, 2,
 * size]` as its key (with the value), and those of all queries, all keys and all values, one after the
 * other, as the query of GroupQueryAttention. Undefined where it is none of these.
 *
 * https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
 */
export function packedHeadBands(
  { node, input }: Use,
  layout: OutputLayout,
  frame: CallFrame | undefined,
): readonly Band[] | undefined {
  const { op, domain, inputs } = node.tree;
  if (domain !== 'com.microsoft') return undefined;
  const isGiven = (index: number): boolean => (inputs[index] ?? '') !== '';
  const heads = attributeOf(node, 'num_heads', frame)?.integer ?? 0;
  if (PACKED_HEADS.has(op)) {
    if (input === 0 && !isGiven(1) && !isGiven(2))
      return interleaved(layout, heads, ['query', 'key', 'value']);
    return input === 1 && !isGiven(2) ? interleaved(layout, heads, ['key', 'value']) : undefined;
  }
  if (op !== 'GroupQueryAttention' || input !== 0 || isGiven(1) || isGiven(2)) return undefined;
  const shared = attributeOf(node, 'kv_num_heads', frame)?.integer ?? 0;
  if (layout.lengths.length !== 1 || layout.axes[0] !== -1 || heads < 1 || shared < 1)
    return undefined;
  const size = layout.lengths[0]! / (heads + 2 * shared);
  if (!Number.isInteger(size)) return undefined;
  return [
    { name: 'query', start: 0, length: heads * size },
    { name: 'key', start: heads * size, length: shared * size },
    { name: 'value', start: (heads + shared) * size, length: shared * size },
  ];
}

function interleaved(
  { lengths, axes }: OutputLayout,
  heads: number,
  names: readonly string[],
): readonly Band[] | undefined {
  const [count, parts, size] = lengths;
  if (lengths.length !== 3 || axes.join() !== '-3,-2,-1') return undefined;
  if (count !== heads || parts !== names.length) return undefined;
  const repeats = { count, stride: parts * size! };
  return names.map((name, k) => ({ name, start: k * size!, length: size!, repeats }));
}
