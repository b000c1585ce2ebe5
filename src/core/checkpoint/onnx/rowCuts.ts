import type { RangeReader } from '../rangeReader.ts';
import { piecesOf, rowsOf, type RowOrder, type RowPiece } from './rowOrder.ts';
import { lookUp, type PlacedNode, type Value } from './scopes.ts';
import { sliceBounds, sliceRange } from './sliceBounds.ts';

/** Slices inside slices and joints of joints; exporters write one of each. */
const DEPTH = 4;
/** Pieces joined at once; a recurrent layer has at most four gates. */
const JOINED = 8;

/**
 * Rows of one stored tensor that Slice cuts out and Concat joins, both along the first axis: as PyTorch's
 * exporter brings the gates of a recurrent layer into the order of ONNX.
 */
export class RowCuts {
  constructor(
    private readonly whole: Value,
    private readonly count: number,
    private readonly reader: RangeReader,
    private readonly countStep: () => void,
  ) {}

  /** The rows of the whole that a value has, in its order; undefined where it has anything else, or it is not known. */
  rowsOf(value: Value, depth = 0): RowOrder | undefined {
    this.countStep();
    if (value === this.whole) return [{ start: 0, length: this.count }];
    const node = value.producer;
    if (!node || depth >= DEPTH) return undefined;
    if (node.tree.op === 'Slice') return this.slice(node, depth);
    return node.tree.op === 'Concat' ? this.joint(node, depth) : undefined;
  }

  private slice(node: PlacedNode, depth: number): RowOrder | undefined {
    const rows = this.input(node, 0, depth);
    const bounds = sliceBounds(node, this.reader);
    if (!rows || bounds?.axis !== 0) return undefined;
    const { start, length } = sliceRange(bounds, rowsOf(rows));
    return piecesOf(rows, start, length);
  }

  private joint(node: PlacedNode, depth: number): RowOrder | undefined {
    const { inputs, attributes } = node.tree;
    if (inputs.length > JOINED) return undefined;
    if (attributes.find(({ name }) => name === 'axis')?.integer !== 0) return undefined;
    const joined: RowPiece[] = [];
    for (const input of inputs.keys()) {
      const rows = this.input(node, input, depth);
      if (!rows) return undefined;
      joined.push(...rows);
    }
    return joined;
  }

  private input({ tree, scope }: PlacedNode, input: number, depth: number): RowOrder | undefined {
    const name = tree.inputs[input];
    const value = name === undefined ? undefined : lookUp(scope, name);
    return value && this.rowsOf(value, depth + 1);
  }
}
