import { storedMatrix, type AxesView } from './axesView.ts';
import { otherUse, type ConsumingNode, type Consumption } from './consumption.ts';

/** Gates in the order in which ONNX stores them; the one of RNN has no name. */
export const GATES: Readonly<Record<string, readonly string[]>> = {
  LSTM: ['gate i', 'gate o', 'gate f', 'gate c'],
  GRU: ['gate z', 'gate r', 'gate h'],
  RNN: [''],
};

const OTHER_INPUTS: Readonly<Record<number, string>> = {
  0: 'the data that a recurrent layer runs over',
  3: 'the biases of a recurrent layer, not a matrix that multiplies',
  4: 'lengths of sequences',
  5: 'the initial state of a recurrent layer, not a weight',
  6: 'the initial state of a recurrent layer, not a weight',
  7: 'the peephole weights of LSTM: one vector for each gate, no matrix',
};

export function isRecurrent(op: string): boolean {
  return Object.hasOwn(GATES, op);
}

/**
 * The use of W `[directions, gates * hidden, input]` and R `[directions, gates * hidden, hidden]`: one
 * matrix for each direction and gate.
 *
 * https://onnx.ai/onnx/operators/onnx__LSTM.html, onnx__GRU.html, onnx__RNN.html
 */
export function recurrentUse(node: ConsumingNode, view: AxesView): Consumption {
  const { op, input } = node;
  if (input !== 1 && input !== 2)
    return otherUse(OTHER_INPUTS[input] ?? `input ${input + 1} of ${op}`);
  const gates = GATES[op]!;
  const shape = view.lengths.join(' x ');
  const [directions, gateRows] = view.lengths;
  if (view.lengths.length !== 3 || directions! > 2 || gateRows! % gates.length !== 0)
    return otherUse(
      `gate weights of ${op} of shape ${shape}, which is not [directions, ${gates.length} gates of rows, columns]`,
    );
  const matrix = storedMatrix(view);
  if (!matrix || matrix.transposed)
    return otherUse(`gate weights of ${op} whose axes are reordered before it takes them`);
  const hidden = gateRows! / gates.length;
  const bands = gates.map((name, k) => ({ name, start: k * hidden, length: hidden }));
  return {
    kind: 'matrix',
    role: 'recurrent',
    orientation: 'out-in',
    rowAxes: matrix.rowAxes,
    groups: 1,
    division: {
      batchAxes: matrix.batchAxes,
      batchNames: directionNames(directions!, node.text('direction')),
      side: 'rows',
      bands,
    },
  };
}

export function directionNames(
  directions: number,
  attribute: string | undefined,
): readonly string[] {
  if (directions === 2) return ['forward', 'backward'];
  return [attribute === 'reverse' ? 'backward' : 'forward'];
}
