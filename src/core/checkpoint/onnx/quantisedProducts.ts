import type { ConsumingNode } from './consumption.ts';

/** Where a node that computes with quantised weights has their scale and zero point. */
export interface QuantisedInput {
  /** Undefined where the node gives no scale. */
  readonly scale: number | undefined;
  readonly zero: number;
  /** The axis of scales that are a list; counted from the last where it is negative. */
  readonly axis: number;
}

interface QuantisedProduct {
  /** The operator on floating-point weights that does the same. */
  readonly alike: string;
  /** By the input that is a weight: which one it is of that operator, and what belongs to it. */
  readonly inputs: Readonly<Record<number, QuantisedInput & { readonly input: number }>>;
}

/**
 * Products of quantised values.
 *
 * https://onnx.ai/onnx/operators/, https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
 */
const PRODUCTS: Readonly<Record<string, QuantisedProduct>> = {
  QLinearMatMul: {
    alike: 'MatMul',
    inputs: {
      0: { input: 0, scale: 1, zero: 2, axis: -2 },
      3: { input: 1, scale: 4, zero: 5, axis: -1 },
    },
  },
  QLinearConv: { alike: 'Conv', inputs: { 3: { input: 1, scale: 4, zero: 5, axis: 0 } } },
  MatMulInteger: {
    alike: 'MatMul',
    inputs: {
      0: { input: 0, scale: undefined, zero: 2, axis: -2 },
      1: { input: 1, scale: undefined, zero: 3, axis: -1 },
    },
  },
  ConvInteger: { alike: 'Conv', inputs: { 1: { input: 1, scale: undefined, zero: 3, axis: 0 } } },
  DynamicQuantizeMatMul: {
    alike: 'MatMul',
    inputs: { 1: { input: 1, scale: 2, zero: 3, axis: -1 } },
  },
  MatMulIntegerToFloat: {
    alike: 'MatMul',
    inputs: { 1: { input: 1, scale: 3, zero: 5, axis: -1 } },
  },
};

/** The node as it would be with floating-point weights; undefined where the input is none of its weights. */
export function floatAlike(node: ConsumingNode): ConsumingNode | undefined {
  const product = Object.hasOwn(PRODUCTS, node.op) ? PRODUCTS[node.op] : undefined;
  const weight = product?.inputs[node.input];
  return product && weight && { ...node, op: product.alike, input: weight.input };
}

/** What belongs to a quantised weight that is that input of a product. */
export function quantisedInput(op: string, input: number): QuantisedInput | undefined {
  return Object.hasOwn(PRODUCTS, op) ? PRODUCTS[op]!.inputs[input] : undefined;
}
