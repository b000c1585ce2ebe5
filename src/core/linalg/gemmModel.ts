import type { Element } from './block.ts';

/** One matrix product as ONNX Runtime is given it. */
export interface GemmForm {
  readonly element: Element;
  readonly transA: boolean;
  readonly transB: boolean;
  readonly alpha: number;
  /** Whether C is added. */
  readonly add: boolean;
}

/** Numbers of onnx.proto3: TensorProto.DataType and AttributeProto.AttributeType. */
const DATA_TYPE = { float32: 1, float64: 11 } as const;
const ATTRIBUTE_FLOAT = 1;
const ATTRIBUTE_INT = 2;

const IR_VERSION = 8;
const OPSET = 13;

/**
 * An ONNX model of one Gemm node, Y = alpha op(A) op(B) [+ C], all dimensions free. Inputs A, B and,
 * where `add`, C; output Y.
 */
export function gemmModel({ element, transA, transB, alpha, add }: GemmForm): Uint8Array {
  const inputs = add ? ['A', 'B', 'C'] : ['A', 'B'];
  const node = message([
    ...inputs.map((name) => text(1, name)),
    text(2, 'Y'),
    text(4, 'Gemm'),
    bytes(5, intAttribute('transA', Number(transA))),
    bytes(5, intAttribute('transB', Number(transB))),
    bytes(5, floatAttribute('alpha', alpha)),
    bytes(5, floatAttribute('beta', Number(add))),
  ]);
  const graph = message([
    bytes(1, node),
    text(2, 'gemm'),
    ...inputs.map((name) => bytes(11, valueInfo(name, element))),
    bytes(12, valueInfo('Y', element)),
  ]);
  const opset = message([text(1, ''), integer(2, OPSET)]);
  return message([integer(1, IR_VERSION), bytes(7, graph), bytes(8, opset)]);
}

function intAttribute(name: string, value: number): Uint8Array {
  return message([text(1, name), integer(3, value), integer(20, ATTRIBUTE_INT)]);
}

function floatAttribute(name: string, value: number): Uint8Array {
  const fixed = new Uint8Array(5);
  fixed[0] = (2 << 3) | 5;
  new DataView(fixed.buffer).setFloat32(1, value, true);
  return message([text(1, name), fixed, integer(20, ATTRIBUTE_FLOAT)]);
}

function valueInfo(name: string, element: Element): Uint8Array {
  const dimension = (symbol: string): Uint8Array => bytes(1, message([text(2, symbol)]));
  const shape = message([dimension(`${name}-rows`), dimension(`${name}-cols`)]);
  const tensor = message([integer(1, DATA_TYPE[element]), bytes(2, shape)]);
  return message([text(1, name), bytes(2, message([bytes(1, tensor)]))]);
}

function message(fields: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(fields));
}

function text(field: number, value: string): Uint8Array {
  return bytes(field, new TextEncoder().encode(value));
}

function bytes(field: number, value: Uint8Array): Uint8Array {
  return message([varint((field << 3) | 2), varint(value.length), value]);
}

function integer(field: number, value: number): Uint8Array {
  return message([varint(field << 3), varint(value)]);
}

function varint(value: number): Uint8Array {
  const out: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) out.push((rest % 128) | 128);
  out.push(rest);
  return Uint8Array.from(out);
}
