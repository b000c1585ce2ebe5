import type { Orientation, Role } from '../checkpoint.ts';
import { isStoredKernel, storedMatrix, type AxesView } from './axesView.ts';
import { STANDARD_DOMAIN } from './readModel.ts';

/** What a node does with a tensor: multiplies by it as a matrix, or something else, said in words. */
export type Consumption =
  | {
      readonly kind: 'matrix';
      readonly role: Role;
      readonly orientation: Orientation;
      readonly rowAxes: number;
      readonly groups: number;
    }
  | { readonly kind: 'other'; readonly reason: string };

/** A node as far as the use of one of its inputs goes. */
export interface ConsumingNode {
  readonly op: string;
  readonly domain: string;
  /** Which input the tensor is. */
  readonly input: number;
  /** The value of an integer attribute; undefined where it is not given. */
  readonly integer: (attribute: string) => number | undefined;
}

const MICROSOFT_DOMAIN = 'com.microsoft';
const MATRIX_PRODUCTS = new Set(['MatMul', 'FusedMatMul', 'TransposeMatMul']);
const GENERAL_PRODUCTS = new Set(['Gemm', 'FusedGemm']);
const CONVOLUTIONS = new Set(['Conv', 'FusedConv']);

/** Operators that compute with quantised values, of ONNX and of ONNX Runtime. */
export const QUANTISED_OPERATOR =
  /^(QuantizeLinear|DequantizeLinear|DynamicQuantizeLinear|QLinear.*|QGemm|QAttention|QEmbed.*|.*Integer.*|.*NBits|.*Quantized.*|.*Bnb4)$/;

/** Operators that use weights in other ways, and what is said of each. */
const OTHER_USES: readonly (readonly [RegExp, (op: string) => string])[] = [
  [
    QUANTISED_OPERATOR,
    (op) => `part of a quantised computation (${op}), which is not analysed in this version`,
  ],
  [
    /^(LSTM|GRU|RNN)$/,
    (op) => `gate weights of ${op}; recurrent layers are not analysed in this version`,
  ],
  [
    /^(Gather|GatherElements|GatherND|EmbedLayerNormalization)$/,
    (op) => `a table that ${op} looks rows up in (an embedding), not a matrix that multiplies`,
  ],
  [
    /^ConvTranspose$/,
    () => 'the kernel of a transposed convolution, which is not analysed in this version',
  ],
  [
    /^DeformConv$/,
    () => 'the kernel of a deformable convolution, which is not analysed in this version',
  ],
  [/Normalization$/, (op) => `scale, shift or statistics of ${op}`],
  [
    /^(Attention|MultiHeadAttention|GroupQueryAttention|PackedAttention|DecoderMaskedSelfAttention|MoE)$/,
    (op) => `packed weights of ${op}, which are not analysed in this version`,
  ],
  [/^Einsum$/, () => 'an operand of Einsum, which is not analysed in this version'],
  [
    /^(Add|Sub|Mul|Div|Pow|Mod|Min|Max|Sum|Mean|PRelu|Where|Clip|BiasGelu|FastGelu|BiasAdd)$/,
    (op) => `an operand of ${op} (a bias, scale or constant), not a matrix that multiplies`,
  ],
  [
    /^(If|Loop|Scan|SequenceMap)$/,
    (op) => `handed to ${op} as a value that its body may change; not followed in this version`,
  ],
];

/** What `node` does with a tensor that it sees as `view`. */
export function consumptionOf(node: ConsumingNode, view: AxesView): Consumption {
  const { op, domain } = node;
  const standard = domain === '' || domain === STANDARD_DOMAIN;
  if (standard || domain === MICROSOFT_DOMAIN) {
    if (MATRIX_PRODUCTS.has(op)) return matMulUse(node, view);
    if (GENERAL_PRODUCTS.has(op)) return gemmUse(node, view);
    if (CONVOLUTIONS.has(op)) return convUse(node, view);
  }
  const known = OTHER_USES.find(([pattern]) => pattern.test(op));
  if (known) return other(known[1](op));
  const named = standard ? op : `${op} (${domain})`;
  return other(`an input of ${named}, which is not a matrix product that this version knows`);
}

function matMulUse(node: ConsumingNode, view: AxesView): Consumption {
  if (node.input > 1) return other(`input ${node.input + 1} of ${node.op}`);
  const flag = node.input === 0 ? 'transA' : 'transB';
  return productUse(node, view, node.integer(flag) === 1);
}

function gemmUse(node: ConsumingNode, view: AxesView): Consumption {
  if (node.input > 1) return other(`the bias of ${node.op}`);
  const flag = node.input === 0 ? 'transA' : 'transB';
  return productUse(node, view, node.integer(flag) === 1);
}

/** In a product the left side `[out, in]` is contracted over its columns, the right side `[in, out]` over its rows. */
function productUse(node: ConsumingNode, view: AxesView, flagged: boolean): Consumption {
  const { lengths } = view;
  const longer = lengths.slice(0, -2).filter((length) => length !== 1);
  if (longer.length > 0)
    return other(
      `a batch of matrices (${lengths.join(' x ')}) multiplied by ${node.op}; only single matrices are analysed in this version`,
    );
  const matrix = storedMatrix(view);
  if (!matrix)
    return other(
      lengths.length < 2
        ? `a vector multiplied by ${node.op}`
        : `its axes are reordered before ${node.op}, so that it is not stored as one matrix`,
    );
  const outFirst = (node.input === 0) !== (matrix.transposed !== flagged);
  return {
    kind: 'matrix',
    role: 'linear',
    orientation: outFirst ? 'out-in' : 'in-out',
    rowAxes: matrix.rowAxes,
    groups: 1,
  };
}

function convUse(node: ConsumingNode, view: AxesView): Consumption {
  if (node.input === 0) return other(`the data that ${node.op} runs over, not its kernel`);
  if (node.input > 1) return other(`the bias of ${node.op}`);
  const { lengths } = view;
  const axes = lengths.length - 2;
  if (axes < 1 || axes > 2)
    return other(`the kernel of a convolution over ${axes} axes; only 1 and 2 are analysed`);
  const groups = node.integer('group') ?? 1;
  const outputs = lengths[0]!;
  if (!Number.isInteger(groups) || groups < 1 || outputs % groups !== 0)
    return other(`${node.op} has ${groups} groups, which do not divide its ${outputs} outputs`);
  if (!isStoredKernel(view))
    return other(
      `its axes are reordered before ${node.op}, so that it is not stored as [out, in, kernel]`,
    );
  return { kind: 'matrix', role: 'conv', orientation: 'conv', rowAxes: 1, groups };
}

function other(reason: string): Consumption {
  return { kind: 'other', reason };
}
