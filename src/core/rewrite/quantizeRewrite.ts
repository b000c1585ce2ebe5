import type { FloatType } from '../checkpoint/checkpoint.ts';
import { FLOAT_BYTES } from '../checkpoint/elementSize.ts';
import { STANDARD_DOMAIN } from '../checkpoint/onnx/readModel.ts';
import { readValues } from '../checkpoint/readValues.ts';
import type { PlanLayer } from '../plan/plan.ts';
import { inputLines } from '../plan/inputLines.ts';
import { quantizedValues } from '../plan/quantizedValues.ts';
import { storedScale } from '../plan/storedScale.ts';
import { encodeFloats, FLOAT_DATA_TYPES } from './encodeFloats.ts';
import type { LayerRewrite, Refusal } from './layerRewrite.ts';
import { packedBlocks, packedLevels } from './packedLevels.ts';
import type { Edit } from './piece.ts';
import type { NewTensor } from './protoBuilders.ts';
import { relativeError } from './relativeError.ts';
import { changeNode, opsetAt, replaceWeight, type RewriteSite } from './rewriteSite.ts';
import { weightAxes, type WeightAxes } from './weightAxes.ts';

type QuantizeLayer = Pick<Extract<PlanLayer, { action: 'quantize' }>, 'bits' | 'block'>;

/** TensorProto.DataType */
const INT8 = 3;
const UINT8 = 2;
const INT4 = 22;

/** First versions of the standard DequantizeLinear with scales along an axis, of other types, in blocks. */
const PER_AXIS = 13;
const ANY_FLOAT = 19;
const BLOCKED = 21;

/** What MatMulNBits takes. */
const SMALLEST_BLOCK = 16;

/** How the quantised weight comes back into the graph. */
type Form = 'standard' | 'contributed' | 'products';

/**
 * Stores a weight as signed whole numbers and scales, without zero points. Blocks of a weight that is the
 * right side of all products that take it go to ONNX Runtime's MatMulNBits, at every operator set; all else
 * to DequantizeLinear, of the operator set where its version has what is asked for, else of ONNX Runtime
 * (`com.microsoft`).
 */
export function quantizeRewrite(site: RewriteSite, layer: QuantizeLayer): LayerRewrite | Refusal {
  const { weight } = site;
  const axes = weightAxes(weight);
  if (!axes) return { refused: 'neither a matrix nor a kernel with axes of inputs and outputs' };
  if (weight.dtype !== 'float32' && weight.dtype !== 'float16')
    return {
      refused: `${weight.dtype}, which ONNX Runtime does not take quantised weights back to`,
    };
  const form = formFor(site, layer);
  if (typeof form !== 'string') return form;
  const work = quantizedOnce(site, layer, form === 'products');
  const changes =
    form === 'products'
      ? productEdits(site, layer, work)
      : dequantizeEdits(site, layer, axes, form, work);
  const before = weight.parameters * FLOAT_BYTES[weight.dtype];
  const after = changes.tensors.reduce((sum, { length }) => sum + length, 0);
  return {
    edits: changes.edits,
    stored: after,
    contributed: form !== 'standard',
    outcome: () => ({
      id: weight.id,
      tensor: weight.tensor,
      action: 'quantize',
      relativeError: work.error(),
      parameters: [weight.parameters, weight.parameters],
      bytes: [before, after],
      note: form === 'standard' ? '' : 'uses operators of ONNX Runtime (com.microsoft)',
    }),
  };
}

/**
 * Whether blocks of that length go to MatMulNBits, whose scales may be negative: the weight is the right side
 * of all products that take it.
 */
export function goesToProducts(
  site: Pick<RewriteSite, 'weight' | 'value'>,
  { block }: Pick<QuantizeLayer, 'block'>,
): boolean {
  const isPower = block >= SMALLEST_BLOCK && Number.isInteger(Math.log2(block));
  return isPower && isRightSide(site);
}

function formFor(site: RewriteSite, { bits, block }: QuantizeLayer): Form | Refusal {
  const { weight, value, model, tensor } = site;
  if (goesToProducts(site, { block }))
    return value.uses.every(({ node }) => site.claim(node))
      ? 'products'
      : { refused: 'a node that takes it is changed for another weight already' };
  const opset = opsetAt(model, tensor.scope);
  const needed = Math.max(
    bits === 4 || block > 0 ? BLOCKED : PER_AXIS,
    weight.dtype === 'float32' ? 0 : ANY_FLOAT,
  );
  if (bits !== 2 && opset >= needed) return 'standard';
  if (bits !== 2 && block === 0) return 'contributed';
  const what = `${bits} bits in ${block > 0 ? `blocks of ${block}` : 'one block a channel'}`;
  const limit =
    bits === 2
      ? 'are'
      : `of ${weight.dtype} in operator set ${opset} (DequantizeLinear has them from ${needed} on) are`;
  return {
    refused: `${what} ${limit} only for weights that are the right side of every MatMul that takes them, in blocks of a power of two from ${SMALLEST_BLOCK} on`,
  };
}

/** Whether every node that takes the weight is a product with it on the right. */
export function isRightSide({ weight, value }: Pick<RewriteSite, 'weight' | 'value'>): boolean {
  if (value.results.length > 0 || weight.shape.length !== 2) return false;
  return value.uses.every(
    ({ node: { tree }, input }) =>
      tree.op === 'MatMul' &&
      (tree.domain === '' || tree.domain === STANDARD_DOMAIN) &&
      input === 1 &&
      tree.inputs[0] !== tree.inputs[1],
  );
}

interface Once {
  readonly levels: () => Int8Array;
  readonly scales: () => Float64Array;
  readonly error: () => number | null;
}

/** Quantised when first asked for; each part is kept until it has been taken, which is once. */
function quantizedOnce(
  { weight, begin }: RewriteSite,
  layer: QuantizeLayer,
  signed: boolean,
): Once {
  let levels: Int8Array | undefined;
  let scales: Float64Array | undefined;
  let error: number | null = null;
  const compute = (): void => {
    begin();
    const values = readValues(weight.storage);
    const lines = inputLines(weight);
    const found = quantizedValues(values, lines, layer, signed, storedScale(weight.dtype));
    error = relativeError(values, found.values);
    ({ codes: levels, scales } = found);
  };
  return {
    levels: () => {
      if (!levels) compute();
      const taken = levels!;
      levels = undefined;
      return taken;
    },
    scales: () => {
      if (!scales) compute();
      const taken = scales!;
      scales = undefined;
      return taken;
    },
    error: () => error,
  };
}

interface Changes {
  readonly tensors: readonly NewTensor[];
  readonly edits: readonly Edit[];
}

function scaleTensor(
  name: string,
  dtype: FloatType,
  dims: readonly number[],
  scales: () => Float64Array,
): NewTensor {
  const count = dims.reduce((product, length) => product * length, 1);
  return {
    name,
    dataType: FLOAT_DATA_TYPES[dtype],
    dims,
    length: count * FLOAT_BYTES[dtype],
    make: () => encodeFloats(scales(), dtype),
  };
}

function dequantizeEdits(
  site: RewriteSite,
  { bits, block }: QuantizeLayer,
  axes: WeightAxes,
  form: Exclude<Form, 'products'>,
  work: Once,
): Changes {
  const { weight, value, fresh } = site;
  const axis = block === 0 ? axes.output : axes.input;
  const scaleShape =
    block === 0
      ? [weight.shape[axis]!]
      : weight.shape.map((length, k) => (k === axis ? Math.ceil(length / block) : length));
  const [levels, scales] = [fresh(`${weight.tensor}_quantized`), fresh(`${weight.tensor}_scale`)];
  const tensors: NewTensor[] = [
    {
      name: levels,
      dataType: bits === 4 ? INT4 : INT8,
      dims: weight.shape,
      length: Math.ceil((weight.parameters * bits) / 8),
      make: () => packedLevels(work.levels(), bits),
    },
    scaleTensor(scales, weight.dtype, scaleShape, work.scales),
  ];
  const node = {
    name: fresh(`${weight.tensor}_dequantize`),
    op: 'DequantizeLinear',
    inputs: [levels, scales],
    outputs: [value.name],
    attributes: { axis, ...(block > 0 ? { block_size: block } : {}) },
    ...(form === 'contributed' ? { domain: 'com.microsoft' } : {}),
  };
  return { tensors, edits: replaceWeight(site, tensors, [node]) };
}

/** Every product becomes a MatMulNBits, whose weight is stored output by output. */
function productEdits(site: RewriteSite, { bits, block }: QuantizeLayer, work: Once): Changes {
  const { weight, value, fresh, reader } = site;
  const [inputs, outputs] = weight.shape as [number, number];
  const blocks = Math.ceil(inputs / block);
  const blob = (block * bits) / 8;
  const [levels, scales] = [fresh(`${weight.tensor}_quantized`), fresh(`${weight.tensor}_scale`)];
  const tensors: NewTensor[] = [
    {
      name: levels,
      dataType: UINT8,
      dims: [outputs, blocks, blob],
      length: outputs * blocks * blob,
      make: () => packedBlocks(work.levels(), inputs, outputs, block, bits),
    },
    scaleTensor(scales, weight.dtype, [outputs, blocks], () => {
      const found = work.scales();
      return found.map((_, k) => found[(k % blocks) * outputs + Math.floor(k / blocks)]!);
    }),
  ];
  const operator = {
    op: 'MatMulNBits',
    domain: 'com.microsoft',
    attributes: { K: inputs, N: outputs, bits, block_size: block },
  };
  const edits = value.uses.flatMap(({ node }) =>
    changeNode(reader, node, { inputs: { 1: levels }, more: [scales], operator }),
  );
  return { tensors, edits: [...replaceWeight(site, tensors, []), ...edits] };
}
