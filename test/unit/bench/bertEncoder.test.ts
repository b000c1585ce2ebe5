import { describe, expect, it } from 'vitest';
import { bertEncoder } from '../../bench/minilm/bertEncoder.ts';
import type { StoredTensor } from '../../bench/minilm/safetensors.ts';
import { writeOnnx } from '../../fixtures/onnxModel.ts';
import { indices, runOnnx } from '../../fixtures/onnxSession.ts';
import { seededRandom } from '../../fixtures/seededRandom.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';

const folder = tempFolder();
const SETTINGS = { heads: 2, epsilon: 1e-12 };
const [WIDTH, INNER, LAYERS, VOCABULARY, POSITIONS] = [8, 12, 2, 20, 6];

type Weights = Map<string, StoredTensor>;

/** Names and shapes of a BertModel, with values around 0 (around 1 for what scales). */
function randomWeights(): Weights {
  const random = seededRandom(1);
  const weights: Weights = new Map();
  const add = (name: string, ...shape: readonly number[]): void => {
    const count = shape.reduce((product, each) => product * each, 1);
    const centre = name.endsWith('LayerNorm.weight') ? 1 : 0;
    const values = Float32Array.from({ length: count }, () => centre + random.normal() / 2);
    weights.set(name, { shape, values });
  };
  const layer = (name: string, ...shape: readonly number[]): void => {
    add(`${name}.weight`, ...shape);
    add(`${name}.bias`, shape[0]!);
  };
  add('embeddings.word_embeddings.weight', VOCABULARY, WIDTH);
  add('embeddings.position_embeddings.weight', POSITIONS, WIDTH);
  add('embeddings.token_type_embeddings.weight', 2, WIDTH);
  layer('embeddings.LayerNorm', WIDTH);
  for (let k = 0; k < LAYERS; k++) {
    const at = `encoder.layer.${k}`;
    for (const part of ['query', 'key', 'value'])
      layer(`${at}.attention.self.${part}`, WIDTH, WIDTH);
    layer(`${at}.attention.output.dense`, WIDTH, WIDTH);
    layer(`${at}.attention.output.LayerNorm`, WIDTH);
    layer(`${at}.intermediate.dense`, INNER, WIDTH);
    layer(`${at}.output.dense`, WIDTH, INNER);
    layer(`${at}.output.LayerNorm`, WIDTH);
  }
  return weights;
}

const weights = randomWeights();
const file = writeOnnx(folder, 'encoder.onnx', bertEncoder(weights, SETTINGS));

async function embedded(
  ids: readonly (readonly number[])[],
  mask: readonly (readonly number[])[],
): Promise<readonly number[][]> {
  const shape = [ids.length, ids[0]!.length];
  const { sentence_embedding: all } = await runOnnx(file, {
    input_ids: indices(shape, ids.flat()),
    attention_mask: indices(shape, mask.flat()),
    token_type_ids: indices(shape, ids.flat().fill(0)),
  });
  return ids.map((_, k) => Array.from(all!.subarray(k * WIDTH, (k + 1) * WIDTH)));
}

type Rows = readonly (readonly number[])[];

/** The same network by its definition, token by token in float64. */
function byDefinition(ids: readonly number[]): readonly number[] {
  const of = (name: string) => weights.get(name)!;
  const row = (name: string, k: number): readonly number[] =>
    Array.from(of(name).values.subarray(k * WIDTH, (k + 1) * WIDTH));
  const linear = (x: readonly number[], name: string): readonly number[] => {
    const { shape, values } = of(`${name}.weight`);
    return Array.from({ length: shape[0]! }, (_, o) =>
      x.reduce(
        (sum, each, k) => sum + each * values[o * x.length + k]!,
        of(`${name}.bias`).values[o]!,
      ),
    );
  };
  const normalised = (x: readonly number[], name: string): readonly number[] => {
    const mean = x.reduce((a, b) => a + b, 0) / WIDTH;
    const variance = x.reduce((a, b) => a + (b - mean) ** 2, 0) / WIDTH;
    return x.map(
      (each, k) =>
        ((each - mean) / Math.sqrt(variance + SETTINGS.epsilon)) * of(`${name}.weight`).values[k]! +
        of(`${name}.bias`).values[k]!,
    );
  };
  const sum = (a: readonly number[], b: readonly number[]): readonly number[] =>
    a.map((each, k) => each + b[k]!);
  let x: Rows = ids.map((id, k) => {
    const typed = sum(
      row('embeddings.word_embeddings.weight', id),
      row('embeddings.token_type_embeddings.weight', 0),
    );
    return normalised(
      sum(typed, row('embeddings.position_embeddings.weight', k)),
      'embeddings.LayerNorm',
    );
  });
  const size = WIDTH / SETTINGS.heads;
  for (let layer = 0; layer < LAYERS; layer++) {
    const at = `encoder.layer.${layer}`;
    const projected = (part: string): Rows =>
      x.map((each) => linear(each, `${at}.attention.self.${part}`));
    const [query, key, value] = [projected('query'), projected('key'), projected('value')];
    x = x.map((own, t) => {
      const mixed = Array.from({ length: WIDTH }, () => 0);
      for (let head = 0; head < SETTINGS.heads; head++) {
        const part = (each: readonly number[]) => each.slice(head * size, (head + 1) * size);
        const shares = key.map((other) =>
          Math.exp(
            part(other).reduce((dot, each, k) => dot + each * part(query[t]!)[k]!, 0) /
              Math.sqrt(size),
          ),
        );
        const total = shares.reduce((a, b) => a + b, 0);
        value.forEach((other, s) =>
          part(other).forEach(
            (each, k) => (mixed[head * size + k]! += (shares[s]! / total) * each),
          ),
        );
      }
      const attended = linear(mixed, `${at}.attention.output.dense`);
      const middle = normalised(sum(attended, own), `${at}.attention.output.LayerNorm`);
      const active = linear(middle, `${at}.intermediate.dense`).map(
        (each) => (each * (1 + erf(each / Math.SQRT2))) / 2,
      );
      return normalised(
        sum(linear(active, `${at}.output.dense`), middle),
        `${at}.output.LayerNorm`,
      );
    });
  }
  const mean = x[0]!.map((_, k) => x.reduce((all, each) => all + each[k]!, 0) / x.length);
  const norm = Math.hypot(...mean);
  return mean.map((each) => each / norm);
}

/** By its series around 0, which converges everywhere. */
function erf(x: number): number {
  let [term, total] = [x, x];
  for (let n = 1; Math.abs(term) > 1e-17 && n < 500; n++) {
    term *= -(x * x) / n;
    total += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
}

function distance(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((each, k) => Math.abs(each - b[k]!)));
}

describe('bertEncoder', () => {
  const ids = [3, 17, 5, 9];

  it('computes what the network is by its definition', async () => {
    const [found] = await embedded([ids], [[1, 1, 1, 1]]);
    expect(distance(found!, byDefinition(ids))).toBeLessThan(1e-6);
  });

  it('gives a sentence the same embedding alone and filled up in a batch', async () => {
    const [alone] = await embedded([ids], [[1, 1, 1, 1]]);
    const rows = [
      [...ids, 0, 11],
      [1, 2, 3, 4, 5, 6],
    ];
    const [filled, other] = await embedded(rows, [
      [1, 1, 1, 1, 0, 0],
      [1, 1, 1, 1, 1, 1],
    ]);
    expect(distance(filled!, alone!)).toBeLessThan(1e-6);
    expect(distance(other!, alone!)).toBeGreaterThan(0.01);
  });

  it('names a weight that is missing', () => {
    const fewer = new Map(
      [...weights].filter(([name]) => name !== 'encoder.layer.1.output.dense.bias'),
    );
    expect(() => bertEncoder(fewer, SETTINGS)).toThrow(
      "The weights have no 'encoder.layer.1.output.dense.bias', where one of 1 axis is expected.",
    );
  });
});
