import { writeFileSync } from 'node:fs';
import onnxProto from 'onnx-proto';

const { ModelProto } = onnxProto.onnx;
const FLOAT = onnxProto.onnx.TensorProto.DataType.FLOAT;

/** Uniform in [-1, 1), from a seed: a 32-bit linear congruential generator (Numerical Recipes). */
function uniformValues(seed, count) {
  let state = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** A value of any number of rows. */
function rowsOf(name, size) {
  const shape = { dim: [{ dimParam: 'rows' }, { dimValue: size }] };
  return { name, type: { tensorType: { elemType: FLOAT, shape } } };
}

/**
 * Writes a chain of `layers` square MatMul weights of that size, seeded, all different: long enough to
 * solve that it can be stopped in the middle. Their names are `block.0.weight`, `block.1.weight`, ...
 */
export function writeLongModel(file, { layers, size, seed }) {
  const indices = Array.from({ length: layers }, (_, index) => index);
  const model = {
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    producerName: 'eigenscope-tests',
    graph: {
      name: 'chain',
      input: [rowsOf('x0', size)],
      output: [rowsOf(`x${layers}`, size)],
      node: indices.map((index) => ({
        opType: 'MatMul',
        name: `block.${index}`,
        input: [`x${index}`, `block.${index}.weight`],
        output: [`x${index + 1}`],
      })),
      initializer: indices.map((index) => ({
        name: `block.${index}.weight`,
        dataType: FLOAT,
        dims: [size, size],
        rawData: new Uint8Array(uniformValues(seed + index, size * size).buffer),
      })),
    },
  };
  writeFileSync(file, ModelProto.encode(ModelProto.create(model)).finish());
}
