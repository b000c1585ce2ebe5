import { storedMatrix, type AxesView } from './axesView.ts';
import { otherUse, type ConsumingNode, type Consumption } from './consumption.ts';

/** Inputs of ONNX Runtime's EmbedLayerNormalization that are tables: of words, positions and segments. */
const EMBED_TABLES = new Set([2, 3, 4]);

export function isTableLookUp(op: string): boolean {
  return op === 'Gather' || op === 'EmbedLayerNormalization';
}

/** The use of a table whose rows are looked up by an index that the graph computes: an embedding. */
export function tableUse(node: ConsumingNode, view: AxesView): Consumption {
  const { op, input } = node;
  if (op === 'Gather' && input !== 0) return otherUse('the indices that Gather looks up');
  if (op !== 'Gather' && !EMBED_TABLES.has(input))
    return otherUse(`scale, shift or statistics of ${op}`);
  const { lengths } = view;
  const shape = lengths.join(' x ');
  const axis = op === 'Gather' ? (node.integer('axis') ?? 0) : 0;
  if (lengths.length !== 2 || axis !== 0)
    return otherUse(
      `a tensor of shape ${shape} that ${op} takes entries of along axis ${axis}; only the rows of a matrix are an embedding`,
    );
  if (op === 'Gather' && node.constant(1)?.length === 1)
    return otherUse('a table that Gather takes one fixed row out of, not an embedding');
  const matrix = storedMatrix(view);
  if (!matrix || lengths.some((length) => length < 2))
    return otherUse(`a table of shape ${shape} that ${op} looks single values up in`);
  return {
    kind: 'matrix',
    role: 'embedding',
    orientation: matrix.transposed ? 'out-in' : 'in-out',
    rowAxes: matrix.rowAxes,
    groups: 1,
  };
}
