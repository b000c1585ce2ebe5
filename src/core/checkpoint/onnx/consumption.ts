import type { Division, Orientation, Role } from '../checkpoint.ts';
import { isStoredKernel, storedMatrix, type AxesView, type StoredMatrix } from './axesView.ts';
import { expertNames, expertUse, isExpertLayer } from './expertUse.ts';
import { einsumUse } from './einsumUse.ts';
import { isPackedAttention, packedAttentionUse } from './packedAttentionUse.ts';
import { floatAlike } from './quantisedProducts.ts';
import { STANDARD_DOMAIN } from './readModel.ts';
import { isRecurrent, recurrentUse } from './recurrentUse.ts';
import { isTableLookUp, tableUse } from './tableUse.ts';

/** What a node does with a tensor: multiplies by it as a matrix, or something else, said in words. */
export type Consumption =
  | {
      readonly kind: 'matrix';
      readonly role: Role;
      readonly orientation: Orientation;
      readonly rowAxes: number;
      readonly groups: number;
      readonly division?: Division;
      /** Present where the division is of some of the tensor's `rows` alone: what to call those that this node takes. */
      readonly partial?: { readonly name: string; readonly rows: number };
    }
  | { readonly kind: 'other'; readonly reason: string };

export type MatrixUse = Extract<Consumption, { kind: 'matrix' }>;

/** A node as far as the use of one of its inputs goes. */
export interface ConsumingNode {
  readonly op: string;
  readonly domain: string;
  /** Which input the tensor is. */
  readonly input: number;
  /** The value of an integer attribute; undefined where it is not given. */
  readonly integer: (attribute: string) => number | undefined;
  readonly integers: (attribute: string) => readonly number[] | undefined;
  readonly text: (attribute: string) => string | undefined;
  /** An input that is a constant list of integers. */
  readonly constant: (input: number) => readonly number[] | undefined;
  /** The shape of an input that the model holds. */
  readonly shapeOf: (input: number) => readonly number[] | undefined;
  /** Its name and that of the tensor, to tell what a batch of matrices numbers. */
  readonly names: readonly string[];
}

const MICROSOFT_DOMAIN = 'com.microsoft';
const MATRIX_PRODUCTS = new Set(['MatMul', 'FusedMatMul', 'TransposeMatMul']);
const GENERAL_PRODUCTS = new Set(['Gemm', 'FusedGemm']);
const CONVOLUTIONS = new Set(['Conv', 'FusedConv']);
const TRANSPOSED_CONVOLUTION = 'ConvTranspose';

/** Operators that compute with quantised values, of ONNX and of ONNX Runtime. */
export const QUANTISED_OPERATOR =
  /^(QuantizeLinear|DequantizeLinear|DynamicQuantize.*|QLinear.*|QGemm|QAttention|QMoE|QEmbed.*|.*Integer.*|.*NBits|.*Quantized.*|.*Bnb4)$/;

/** Operators that use weights in other ways, and what is said of each. */
const OTHER_USES: readonly (readonly [RegExp, (op: string) => string])[] = [
  [QUANTISED_OPERATOR, (op) => `a scale, zero point or operand of ${op}, not a matrix of weights`],
  [
    /^(GatherElements|GatherND)$/,
    (op) => `a table that ${op} takes single values out of, not a matrix that multiplies`,
  ],
  [
    /^DeformConv$/,
    () => 'the kernel of a deformable convolution, which is not analyzed in this version',
  ],
  [/Normalization$/, (op) => `scale, shift or statistics of ${op}`],
  [
    /^(Attention|MultiHeadAttention|PackedMultiHeadAttention|DecoderMaskedMultiHeadAttention|GroupQueryAttention|SparseAttention|PagedAttention|LinearAttention)$/,
    (op) =>
      `an input of ${op} (data, biases, positions or a cache); its projections multiply before it and are analyzed there`,
  ],
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
  const microsoft = domain === MICROSOFT_DOMAIN;
  const alike = standard || microsoft ? floatAlike(node) : undefined;
  if (alike) return consumptionOf(alike, view);
  if (microsoft && op === 'MatMulNBits' && node.input === 1)
    return {
      kind: 'matrix',
      role: 'linear',
      orientation: 'out-in',
      rowAxes: 1,
      groups: 1,
    };
  if (microsoft && op === 'GatherBlockQuantized' && node.input === 0)
    return tableUse({ ...node, op: 'Gather' }, view);
  if (standard || microsoft) {
    if (MATRIX_PRODUCTS.has(op)) return matMulUse(node, view);
    if (GENERAL_PRODUCTS.has(op)) return gemmUse(node, view);
    if (CONVOLUTIONS.has(op) || op === TRANSPOSED_CONVOLUTION) return convUse(node, view);
    if (isTableLookUp(op)) return tableUse(node, view);
  }
  if (standard && isRecurrent(op)) return recurrentUse(node, view);
  if (standard && op === 'Einsum') return einsumUse(node, view);
  if (microsoft && isExpertLayer(op)) return expertUse(node, view);
  if (microsoft && isPackedAttention(op)) return packedAttentionUse(node, view);
  const known = OTHER_USES.find(([pattern]) => pattern.test(op));
  if (known) return otherUse(known[1](op));
  const named = standard ? op : `${op} (${domain})`;
  return otherUse(`an input of ${named}, which is not a matrix product that this version knows`);
}

function matMulUse(node: ConsumingNode, view: AxesView): Consumption {
  if (node.input > 1) return otherUse(`input ${node.input + 1} of ${node.op}`);
  const flag = node.input === 0 ? 'transA' : 'transB';
  return productUse(node, view, node.integer(flag) === 1);
}

function gemmUse(node: ConsumingNode, view: AxesView): Consumption {
  if (node.input > 1) return otherUse(`the bias of ${node.op}`);
  const flag = node.input === 0 ? 'transA' : 'transB';
  return productUse(node, view, node.integer(flag) === 1);
}

/** In a product the left side `[out, in]` is contracted over its columns, the right side `[in, out]` over its rows. */
function productUse(node: ConsumingNode, view: AxesView, flagged: boolean): Consumption {
  const matrix = storedMatrix(view);
  if (!matrix)
    return otherUse(
      view.lengths.length < 2
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
    ...batchOf(matrix, view, node.names),
  };
}

/** `experts` as one word of a path, all of them and not one: `model.layers.0.mlp.experts.gate_up_proj`. */
const EXPERTS = /(^|[^a-z])(experts?|moe)(?![a-z]|[._/-]?\d)/i;

/** The division of a batch of matrices; nothing where there is a single one. */
export function batchOf(
  { batchAxes }: StoredMatrix,
  { stored }: AxesView,
  names: readonly string[],
): { readonly division?: Division } {
  if (batchAxes === 0) return {};
  const count = stored.slice(0, batchAxes).reduce((all, each) => all * each, 1);
  const areExperts = count > 1 && names.some((name) => EXPERTS.test(name));
  const batchNames = areExperts ? expertNames(count) : [];
  return { division: { batchAxes, batchNames, side: 'rows', bands: [] } };
}

function convUse(node: ConsumingNode, view: AxesView): Consumption {
  if (node.input === 0) return otherUse(`the data that ${node.op} runs over, not its kernel`);
  if (node.input > 1) return otherUse(`the bias of ${node.op}`);
  const { lengths } = view;
  const axes = lengths.length - 2;
  if (axes < 1 || axes > 3)
    return otherUse(`the kernel of a convolution over ${axes} axes; only 1 to 3 are analyzed`);
  const isTransposed = node.op === TRANSPOSED_CONVOLUTION;
  const groups = node.integer('group') ?? 1;
  const channels = lengths[0]!;
  if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0) {
    const divided = `${channels} ${isTransposed ? 'inputs' : 'outputs'}`;
    return otherUse(`${node.op} has ${groups} groups, which do not divide its ${divided}`);
  }
  if (!isStoredKernel(view)) {
    const expected = isTransposed ? '[in, out, kernel]' : '[out, in, kernel]';
    return otherUse(
      `its axes are reordered before ${node.op}, so that it is not stored as ${expected}`,
    );
  }
  const orientation = isTransposed ? 'conv-transpose' : 'conv';
  return { kind: 'matrix', role: 'conv', orientation, rowAxes: 1, groups };
}

/** A use that makes no matrix of a tensor. */
export function otherUse(reason: string): Consumption {
  return { kind: 'other', reason };
}
