import {
  CODE_TYPES,
  type CodeStorage,
  type CodeType,
  type DenseStorage,
  type QuantisedStorage,
  type ScaleLayout,
} from '../checkpoint.ts';
import { CODE_BITS } from '../codeValues.ts';
import { isFloat8 } from '../smallFloats.ts';
import { attributeOf, inputValue, isGivenInput, type CallFrame } from './callFrame.ts';
import { quantisedInput } from './quantisedProducts.ts';
import type { PlacedNode } from './scopes.ts';
import type { TensorContent, TensorContents } from './tensorContent.ts';

/** The node that says what quantised weights stand for, and how it sees them. */
export interface Dequantiser {
  readonly node: PlacedNode;
  /** Which of its inputs they are. */
  readonly input: number;
  /** Whether it takes them as they are stored, with no axis moved. */
  readonly asStored: boolean;
  /** The call of the model-local function that it stands in, whose inputs may be the scale and zero point. */
  readonly frame: CallFrame | undefined;
}

export type QuantisedContent = { readonly storage: QuantisedStorage } | { readonly reason: string };

export function codeType(name: string): CodeType | undefined {
  return CODE_TYPES.find((each) => each === name);
}

/** What quantised weights stand for. The reason where that cannot be told is a fragment for a person. */
export class QuantisedContents {
  constructor(private readonly contents: TensorContents) {}

  /** `from` is absent where 8-bit floating-point numbers are used without a scale. */
  contentOf(
    tensor: string,
    content: TensorContent,
    from: Dequantiser | undefined,
  ): QuantisedContent {
    const type = codeType(content.type.name);
    const codes = type && codesOf(content, type);
    if (!codes) return { reason: 'quantised values in a field that is not theirs' };
    if (!from)
      return isFloat8(codes.type)
        ? stored(tensor, content.shape, codes, { scales: { kind: 'one' } })
        : { reason: `${codes.type}: integers without a scale that says what they stand for` };
    const { op } = from.node.tree;
    if (op === 'MatMulNBits') return this.bitPacked(tensor, content, from);
    if (op === 'GatherBlockQuantized') return this.blockTable(tensor, content, codes, from);
    const product = quantisedInput(op, from.input);
    const axis = product ? product.axis : (integer(from, 'axis') ?? 1);
    const block = product ? 0 : (integer(from, 'block_size') ?? 0);
    const [scaleInput, zeroInput] = product ? [product.scale, product.zero] : [1, 2];
    const scale = scaleInput === undefined ? undefined : this.input(from, scaleInput);
    if (scaleInput !== undefined && !scale) return { reason: unknownPart('scale', op) };
    const zero = this.input(from, zeroInput);
    if (!zero && isGiven(from, zeroInput)) return { reason: unknownPart('zero point', op) };
    const guide = scale ?? zero;
    if (!from.asStored && guide && guide.elements > 1)
      return { reason: `its axes are reordered before ${op} scales them along one` };
    const scales: ScaleLayout | undefined = guide
      ? scaleLayout(content.shape, guide, axis, block)
      : { kind: 'one' };
    if (!scales || (scale && zero && zero.elements !== scale.elements))
      return { reason: oddShapes(content, [scale, zero], op) };
    const zeroCodes = zero && this.zeroOf(zero);
    if (zero && !zeroCodes) return { reason: unknownPart('zero point', op) };
    return stored(tensor, content.shape, codes, { scale, zero: zeroCodes, scales });
  }

  /** `[N, blocks, bytes]`, each block so many codes of 2, 4 or 8 bits along K, of a weight `[N, K]`. */
  private bitPacked(tensor: string, content: TensorContent, from: Dequantiser): QuantisedContent {
    const [rows, cols, bits, block] = ['N', 'K', 'bits', 'block_size'].map((name) =>
      integer(from, name),
    );
    const type = ({ 2: 'uint2', 4: 'uint4', 8: 'uint8' } as const)[bits ?? 4];
    if (!type || content.type.name !== 'uint8' || !positive(rows) || !positive(cols))
      return { reason: `packed by MatMulNBits in a way that is not read (${bits} bits)` };
    if (!positive(block)) return { reason: 'packed by MatMulNBits without a block size' };
    if (isGiven(from, 4)) return { reason: 'packed by MatMulNBits in groups of its own order' };
    const blocks = Math.ceil(cols / block);
    const scale = this.input(from, 2);
    if (!scale) return { reason: unknownPart('scale', 'MatMulNBits') };
    const found = this.input(from, 3);
    if (!found && isGiven(from, 3)) return { reason: unknownPart('zero point', 'MatMulNBits') };
    const packedZeros = rows * Math.ceil((blocks * CODE_BITS[type]) / 8);
    const zeroCount = found?.type.float ? rows * blocks : packedZeros;
    if (
      content.elements * 8 !== rows * blocks * block * CODE_BITS[type] ||
      scale.elements !== rows * blocks ||
      (found && found.elements !== zeroCount)
    )
      return { reason: oddShapes(content, [scale, found], 'MatMulNBits') };
    const bytes = codesOf(content, type);
    const codes = bytes && {
      ...bytes,
      elements: rows * cols,
      row: { elements: cols, codes: blocks * block },
    };
    const perByte = 8 / CODE_BITS[type];
    const zeroBytes = found && !found.type.float ? codesOf(found, type) : undefined;
    const zero = found?.type.float
      ? dense(found)
      : zeroBytes && {
          ...zeroBytes,
          elements: rows * blocks,
          row: { elements: blocks, codes: Math.ceil(blocks / perByte) * perByte },
        };
    if (!codes || (found && !zero)) return { reason: unknownPart('zero point', 'MatMulNBits') };
    const scales = { kind: 'block', length: cols, inner: 1, block } as const;
    const zeroDefault = 2 ** (CODE_BITS[type] - 1);
    return stored(tensor, [rows, cols], codes, { scale, zero, scales, zeroDefault });
  }

  /** A table whose rows are looked up, in blocks along one axis; of uint8 two 4-bit codes a byte unless it has 8. */
  private blockTable(
    tensor: string,
    content: TensorContent,
    plain: CodeStorage,
    from: Dequantiser,
  ): QuantisedContent {
    const packed = plain.type === 'uint8' && (integer(from, 'bits') ?? 4) === 4;
    const shape = content.shape.map((length, axis) =>
      packed && axis === content.shape.length - 1 ? 2 * length : length,
    );
    const elements = content.elements * (packed ? 2 : 1);
    const last = shape.at(-1) ?? 0;
    const codes: CodeStorage = packed
      ? { ...plain, type: 'uint4', elements, row: { elements: last, codes: last } }
      : plain;
    const scale = this.input(from, 2);
    if (!scale) return { reason: unknownPart('scale', 'GatherBlockQuantized') };
    const found = this.input(from, 3);
    if (!found && isGiven(from, 3))
      return { reason: unknownPart('zero point', 'GatherBlockQuantized') };
    const axis = integer(from, 'quantize_axis') ?? 1;
    const scales = scaleLayout(shape, scale, axis, integer(from, 'block_size') ?? 128);
    if (scales?.kind !== 'block' || (found && found.elements * (packed ? 2 : 1) < scale.elements))
      return { reason: oddShapes(content, [scale, found], 'GatherBlockQuantized') };
    const zeroBytes = found && codesOf(found, codes.type);
    const blocks = scale.shape.at(-1) ?? 1;
    const zero = zeroBytes && {
      ...zeroBytes,
      elements: scale.elements,
      row: { elements: blocks, codes: packed ? 2 * Math.ceil(blocks / 2) : blocks },
    };
    const zeroDefault = plain.type === 'uint8' ? 2 ** (CODE_BITS[codes.type] - 1) : 0;
    return stored(tensor, shape, codes, { scale, zero, scales, zeroDefault });
  }

  /** An input that the model holds. */
  private input({ node, frame }: Dequantiser, input: number): TensorContent | undefined {
    const tensor = inputValue(node, input, frame)?.tensor;
    return tensor && !tensor.sparse
      ? this.contents.contentOf(tensor.header, tensor.name)
      : undefined;
  }

  private zeroOf(content: TensorContent): CodeStorage | undefined {
    const type = codeType(content.type.name);
    return type && codesOf(content, type);
  }
}

interface Parts {
  readonly scale?: TensorContent | undefined;
  readonly zero?: CodeStorage | DenseStorage | undefined;
  readonly scales: ScaleLayout;
  readonly zeroDefault?: number;
}

function stored(
  tensor: string,
  shape: readonly number[],
  codes: CodeStorage,
  { scale, zero, scales, zeroDefault = 0 }: Parts,
): QuantisedContent {
  const values = scale && dense(scale);
  if (scale && !values) return { reason: 'scaled by values that are not floating-point numbers' };
  const { file, type, elements } = codes;
  const own = { file, tensor, dtype: type, elements, encoding: 'quantised', shape, codes } as const;
  return {
    storage: {
      ...own,
      ...(values ? { scale: values } : {}),
      ...(zero ? { zero } : {}),
      zeroDefault,
      scales,
    },
  };
}

function codesOf(
  { elements, stored: where }: TensorContent,
  type: CodeType,
): CodeStorage | undefined {
  const { file, encoding, segments } = where;
  if (encoding !== 'raw' && encoding !== 'varintList' && encoding !== 'varintFields')
    return undefined;
  const row = { elements: Math.max(1, elements), codes: Math.max(1, elements) };
  return { file, type, elements, row, encoding, segments };
}

function dense({ storage }: TensorContent): DenseStorage | undefined {
  return storage && storage.encoding !== 'sparse' && storage.encoding !== 'quantised'
    ? storage
    : undefined;
}

/** How scales lie over a shape: one, a list along an axis, or the shape with that axis in blocks. */
function scaleLayout(
  shape: readonly number[],
  scale: TensorContent,
  axisGiven: number,
  block: number,
): ScaleLayout | undefined {
  const axis = axisGiven < 0 ? axisGiven + shape.length : axisGiven;
  if (block === 0 && scale.elements === 1) return { kind: 'one' };
  const length = shape[axis];
  if (length === undefined) return undefined;
  const inner = shape.slice(axis + 1).reduce((product, each) => product * each, 1);
  if (block === 0) return scale.elements === length ? { kind: 'axis', length, inner } : undefined;
  const blocks = shape.map((each, k) => (k === axis ? Math.ceil(each / block) : each));
  const fits = block > 0 && JSON.stringify(scale.shape) === JSON.stringify(blocks);
  return fits ? { kind: 'block', length, inner, block } : undefined;
}

function integer({ node, frame }: Dequantiser, attribute: string): number | undefined {
  return attributeOf(node, attribute, frame)?.integer;
}

function positive(value: number | undefined): value is number {
  return value !== undefined && Number.isSafeInteger(value) && value > 0;
}

function isGiven({ node, frame }: Dequantiser, input: number): boolean {
  return isGivenInput(node, input, frame);
}

function unknownPart(part: string, op: string): string {
  return `quantised values whose ${part} (${op}) is known only when the model runs`;
}

function oddShapes(
  { shape }: TensorContent,
  parts: readonly (TensorContent | undefined)[],
  op: string,
): string {
  const others = parts.map((part) => (part ? `[${part.shape.join(', ')}]` : 'none'));
  return `quantised values of shape [${shape.join(', ')}] that do not go with their scale and zero point of ${others.join(' and ')} (${op})`;
}
