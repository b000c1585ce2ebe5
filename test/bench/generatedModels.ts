import * as fs from 'node:fs';
import * as path from 'node:path';
import { matMul, type TensorSpec, writeOnnx } from '../fixtures/onnxModel.ts';
import { seededRandom } from '../fixtures/seededRandom.ts';

// Writes one model for the bench: FOLDER chain COUNT SIZE, FOLDER minilm, or FOLDER llama [LAYERS]. Weights
// lie beside it, in one file that all layers of a shape share, so that 1.1 billion parameters need little disk.
const [folder, kind, ...numbers] = process.argv.slice(2) as [string, string, ...string[]];

type Shapes = readonly (readonly [name: string, rows: number, cols: number])[];

function chain(count: number, size: number): Shapes {
  return Array.from({ length: count }, (_, k) => [`layer_${k}`, size, size] as const);
}

/** all-MiniLM-L6-v2: 6 layers of 384, embeddings left out. */
function minilm(): Shapes {
  return Array.from({ length: 6 }, (_, k) => [
    ...['query', 'key', 'value', 'output'].map((name) => [`${k}.${name}`, 384, 384] as const),
    [`${k}.up`, 384, 1536] as const,
    [`${k}.down`, 1536, 384] as const,
  ]).flat();
}

/** TinyLlama-1.1B: 22 layers of 2048, 32 heads of which 4 for keys and values, 5632 inside, 32000 tokens. */
function llama(count: number): Shapes {
  const layers = Array.from({ length: count }, (_, k) => [
    [`${k}.q_proj`, 2048, 2048] as const,
    [`${k}.k_proj`, 2048, 256] as const,
    [`${k}.v_proj`, 2048, 256] as const,
    [`${k}.o_proj`, 2048, 2048] as const,
    [`${k}.gate_proj`, 2048, 5632] as const,
    [`${k}.up_proj`, 2048, 5632] as const,
    [`${k}.down_proj`, 5632, 2048] as const,
  ]).flat();
  return [['embed', 32000, 2048], ...layers, ['lm_head', 2048, 32000]];
}

const shapes: Shapes =
  kind === 'chain'
    ? chain(Number(numbers[0]), Number(numbers[1]))
    : kind === 'minilm'
      ? minilm()
      : llama(Number(numbers[0] ?? 22));

const largest = Math.max(...shapes.map(([, rows, cols]) => rows * cols));
const random = seededRandom(largest);
const data = Float32Array.from({ length: largest }, () => random.normal() / 50);
fs.writeFileSync(path.join(folder, 'weights.bin'), new Uint8Array(data.buffer));
const initializers: TensorSpec[] = shapes.map(([name, rows, cols]) => ({
  name,
  dims: [rows, cols],
  external: { location: 'weights.bin', offset: '0', length: String(4 * rows * cols) },
}));
const nodes = shapes.map(([name]) => matMul(name));
console.log(writeOnnx(folder, 'model.onnx', { nodes, initializers }));
