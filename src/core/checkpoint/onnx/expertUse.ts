import type { Band } from '../checkpoint.ts';
import { LIMITS } from '../limits.ts';
import { storedMatrix, type AxesView } from './axesView.ts';
import { otherUse, type ConsumingNode, type Consumption } from './consumption.ts';

/** The weights of MoE, and where the biases of each are. */
const WEIGHTS: Readonly<Record<number, { readonly name: string; readonly bias: number }>> = {
  2: { name: 'fc1', bias: 3 },
  4: { name: 'fc2', bias: 5 },
  6: { name: 'fc3', bias: 7 },
};

const NO_MATRIX: Readonly<Record<number, string>> = {
  0: 'the data that MoE runs over',
  1: 'the probabilities by which MoE chooses experts, not a weight',
};

const FIRST = 2;

/** The weights of QMoE. */
const CODES = new Set([2, 5, 8]);

/** How the two halves of a SwiGLU lie in the outputs of the first layer. */
const INTERLEAVED = 1;
const ONE_AFTER_THE_OTHER = 2;

/** ONNX Runtime's operators that hold the weights of all experts of a layer in one tensor. */
export function isExpertLayer(op: string): boolean {
  return op === 'MoE' || op === 'QMoE';
}

/**
 * The use of a MoE's weights `[experts, out, in]`, or `[experts, in, out]` as operators before ONNX Runtime
 * 1.23 took them, which the length of the biases tells: one matrix for each expert, and two where the first
 * layer holds gate and linear part of a SwiGLU.
 *
 * https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#commicrosoftmoe
 */
export function expertUse(node: ConsumingNode, view: AxesView): Consumption {
  const { op, input } = node;
  if (op === 'QMoE')
    return otherUse(
      CODES.has(input)
        ? 'the codes of the experts of QMoE, which are not analyzed in this version'
        : 'data, scales, biases or zero points of QMoE, no matrix',
    );
  const weights = WEIGHTS[input];
  if (!weights) return otherUse(NO_MATRIX[input] ?? 'the biases of the experts of MoE');
  const shape = view.lengths.join(' x ');
  const matrix = storedMatrix(view);
  if (view.lengths.length !== 3 || !matrix)
    return otherUse(
      `${weights.name} weights of MoE of shape ${shape}, which are not stored as one matrix after the other`,
    );
  const [experts, middle, last] = view.lengths as [number, number, number];
  const outputs = node.shapeOf(weights.bias)?.at(-1);
  const inFirst = outputs !== undefined && outputs === last && outputs !== middle;
  const outFirst = inFirst === matrix.transposed;
  const bands = input === FIRST ? gateBands(node, inFirst ? last : middle) : [];
  return {
    kind: 'matrix',
    role: 'linear',
    orientation: outFirst ? 'out-in' : 'in-out',
    rowAxes: matrix.rowAxes,
    groups: 1,
    division: {
      batchAxes: matrix.batchAxes,
      batchNames: expertNames(experts),
      side: outFirst ? 'rows' : 'cols',
      bands,
    },
  };
}

/** `expert 1` and so on; none where there are more than are analyzed. */
export function expertNames(count: number): readonly string[] {
  if (count > LIMITS.matrices) return [];
  return Array.from({ length: count }, (_, k) => `expert ${k + 1}`);
}

function gateBands(node: ConsumingNode, outputs: number): readonly Band[] {
  const fusion = node.integer('swiglu_fusion') ?? 0;
  const half = outputs / 2;
  if (node.text('activation_type') !== 'swiglu' || !Number.isInteger(half)) return [];
  if (fusion === INTERLEAVED)
    return ['gate', 'linear'].map((name, start) => ({
      name,
      start,
      length: 1,
      repeats: { count: half, stride: 2 },
    }));
  if (fusion !== ONE_AFTER_THE_OTHER) return [];
  // Which half is the gate is not written down, and ONNX Runtime's processor kernel refuses the layout.
  return ['first half', 'second half'].map((name, k) => ({ name, start: k * half, length: half }));
}
