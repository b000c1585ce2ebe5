import type { Band } from '../checkpoint.ts';
import { storedMatrix, type AxesView } from './axesView.ts';
import { otherUse, type ConsumingNode, type Consumption } from './consumption.ts';

const PACKED = new Set(['Attention', 'PackedAttention', 'DecoderMaskedSelfAttention']);

/** What attention makes of its data, in the order in which fused weights hold it. */
export const ATTENTION_PARTS = ['query', 'key', 'value'] as const;

/** ONNX Runtime's operators that hold the weights of query, key and value in one matrix. */
export function isPackedAttention(op: string): boolean {
  return PACKED.has(op);
}

/**
 * The use of the packed weights `[in, query + key + value]`: one matrix for each. They are equally wide
 * unless `qkv_hidden_sizes` says otherwise.
 *
 * https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#commicrosoftattention
 */
export function packedAttentionUse(node: ConsumingNode, view: AxesView): Consumption {
  const { op, input } = node;
  if (input !== 1)
    return otherUse(input === 2 ? `the bias of ${op}` : `input ${input + 1} of ${op}`);
  const cols = view.lengths[1];
  const matrix = storedMatrix(view);
  if (view.lengths.length !== 2 || cols === undefined || !matrix)
    return otherUse(`its axes are reordered before ${op}, so that it is not stored as one matrix`);
  const given = node.integers('qkv_hidden_sizes');
  const widths = given?.length ? given : ATTENTION_PARTS.map(() => cols / ATTENTION_PARTS.length);
  const bands = attentionBands(widths, cols);
  if (!bands)
    return otherUse(
      `packed weights of ${op} of shape ${view.lengths.join(' x ')}, whose columns are not those of query, key and value`,
    );
  return {
    kind: 'matrix',
    role: 'linear',
    orientation: matrix.transposed ? 'out-in' : 'in-out',
    rowAxes: matrix.rowAxes,
    groups: 1,
    division: { batchAxes: 0, batchNames: [], side: matrix.transposed ? 'rows' : 'cols', bands },
  };
}

function attentionBands(widths: readonly number[], total: number): readonly Band[] | undefined {
  if (widths.length !== ATTENTION_PARTS.length) return undefined;
  if (widths.some((width) => !Number.isInteger(width) || width < 1)) return undefined;
  let start = 0;
  const bands = ATTENTION_PARTS.map((name, k) => {
    const band = { name, start, length: widths[k]! };
    start += band.length;
    return band;
  });
  return start === total ? bands : undefined;
}
