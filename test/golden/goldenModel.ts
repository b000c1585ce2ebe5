import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Layer } from '../../src/core/report/report.ts';
import { matMul, writeOnnx, type NodeSpec, type TensorSpec } from '../fixtures/onnxModel.ts';

const GOLDEN = path.resolve('test/golden');

interface GoldenMatrix {
  readonly name: string;
  readonly file: string;
  readonly shape: readonly number[];
}

/** A golden file beside this one. */
export function goldenJson(name: string): unknown {
  return JSON.parse(fs.readFileSync(path.join(GOLDEN, name), 'utf8')) as unknown;
}

/** The raw bytes of a golden matrix: row-major, little endian. */
export function goldenBytes(file: string): Uint8Array {
  return fs.readFileSync(path.join(GOLDEN, file));
}

/** The golden matrices as tensors of an ONNX file. */
export function goldenTensors(): readonly TensorSpec[] {
  const { matrices } = goldenJson('index.json') as { matrices: readonly GoldenMatrix[] };
  return matrices.map(({ name, shape, file }) => ({ name, dims: shape, raw: goldenBytes(file) }));
}

/** All golden matrices as the weights of one ONNX model: MatMul for two axes, Conv for four. */
export function writeGoldenModel(folder: string): string {
  const initializers = goldenTensors();
  return writeOnnx(folder, 'golden.onnx', { nodes: initializers.map(consumerOf), initializers });
}

/** The node that makes a weight of a tensor: MatMul for a matrix, Conv for a kernel. */
export function consumerOf({ name, dims }: TensorSpec): NodeSpec {
  if (dims.length === 2) return matMul(name);
  const group = dims[1] === 1 ? dims[0]! : 1;
  return { op: 'Conv', inputs: ['image', name], outputs: [`${name}_out`], attributes: { group } };
}

/** A figure of the reference; it writes inf and nan as text. */
export type ReferenceFigure = number | string | null;

/**
 * How a figure of ours differs from the reference's, as text; empty where it does not. Where the
 * reference has -1, inf or nan, ours must be null.
 */
export function difference(
  label: string,
  ours: number | null,
  reference: ReferenceFigure,
  tolerance: number,
): string {
  if (typeof reference !== 'number' || reference === -1)
    return ours === null ? '' : `${label}: ${ours} where the reference has ${reference}`;
  if (ours === null) return `${label}: null where the reference has ${reference}`;
  const error = Math.abs(ours - reference);
  return error <= tolerance * Math.max(Math.abs(reference), 1)
    ? ''
    : `${label}: ${ours} differs from ${reference} by ${error.toExponential(2)}`;
}

/** The report's layers by the name of their tensor. */
export function byTensor(layers: readonly Layer[]): ReadonlyMap<string, Layer> {
  return new Map(layers.map((layer) => [layer.tensor, layer]));
}
