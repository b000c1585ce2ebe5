import { nodeAdder } from '../../fixtures/nodeAdder.ts';
import { type ModelSpec, type NodeSpec, type TensorSpec } from '../../fixtures/onnxModel.ts';
import type { StoredTensor } from './safetensors.ts';

/** What the weights do not say themselves. */
export interface BertSettings {
  readonly heads: number;
  /** Of all layer normalisations. */
  readonly epsilon: number;
}

/** config.json of all-MiniLM-L6-v2. */
export const MINILM_SETTINGS: BertSettings = { heads: 12, epsilon: 1e-12 };

/** What is added to the score of a place that is not to be seen; the softmax makes it 0. */
const MASKED = -3.4028234663852886e38;

/**
 * The sentence encoder that trained BERT weights make, as an ONNX graph: word, position and type embeddings,
 * attention under a mask, GELU by erf, mean over the tokens that the mask leaves, and length 1. Takes
 * `input_ids`, `attention_mask` and `token_type_ids` of [batch, sequence], gives `sentence_embedding` of
 * [batch, width]. Linear weights become right operands of a MatMul, transposed, as exporters write them; the
 * pooler, which a sentence embedding does not use, is left out.
 *
 * Source: Devlin et al. 2019, "BERT", section 3; Reimers and Gurevych 2019, "Sentence-BERT", section 3.
 *
 * @param weights by the names of Hugging Face's BertModel
 * @throws Error where a weight is missing or its shape fits none
 */
export function bertEncoder(
  weights: ReadonlyMap<string, StoredTensor>,
  { heads, epsilon }: BertSettings,
): ModelSpec {
  const nodes: NodeSpec[] = [];
  const initializers: TensorSpec[] = [];
  const stored = (name: string, axes: 1 | 2): StoredTensor => {
    const found = weights.get(name);
    if (found?.shape.length !== axes)
      throw new Error(
        `The weights have ${found ? `'${name}' of ${found.shape.length} axes` : `no '${name}'`}, where one of ${axes} ${axes === 1 ? 'axis' : 'axes'} is expected.`,
      );
    return found;
  };
  const initial = (name: string, { shape, values }: StoredTensor): string => {
    initializers.push({ name, dims: shape, raw: new Uint8Array(values.buffer) });
    return name;
  };
  const plain = (name: string, axes: 1 | 2): string => initial(name, stored(name, axes));
  const scalar = (name: string, value: number): string =>
    initial(name, { shape: [], values: Float32Array.of(value) });
  const integers = (name: string, ...values: readonly number[]): string => {
    initializers.push({ name, dims: [values.length], dtype: 'int64', values });
    return name;
  };
  const add = nodeAdder(nodes);
  const linear = (x: string, name: string): string => {
    const weight = initial(`${name}.weight`, transposed(stored(`${name}.weight`, 2)));
    const product = add('MatMul', [x, weight], `${name}.product`);
    return add('Add', [product, plain(`${name}.bias`, 1)], `${name}.out`);
  };
  const normalised = (x: string, name: string): string =>
    add(
      'LayerNormalization',
      [x, plain(`${name}.weight`, 1), plain(`${name}.bias`, 1)],
      `${name}.out`,
      { axis: -1, epsilon: { float: epsilon } },
    );

  const [positions, width] = stored('embeddings.position_embeddings.weight', 2).shape as [
    number,
    number,
  ];
  const split = integers('split_heads', 0, 0, heads, width / heads);
  const join = integers('join_heads', 0, 0, width);
  const scale = scalar('attention_scale', Math.sqrt(width / heads));
  const [half, one, root] = [scalar('half', 0.5), scalar('one', 1), scalar('root_two', Math.SQRT2)];
  const [first, second, third] = [integers('0', 0), integers('1', 1), integers('2', 2)];

  const length = add('Slice', [add('Shape', ['input_ids'], 'shape'), second, third], 'length');
  const places = integers('position_ids', ...Array.from({ length: positions }, (_, k) => k));
  const table = (name: string, ids: string): string =>
    add('Gather', [plain(`embeddings.${name}_embeddings.weight`, 2), ids], `embeddings.${name}`);
  const words = table('word', 'input_ids');
  const types = table('token_type', 'token_type_ids');
  const typed = add('Add', [words, types], 'embeddings.typed');
  const placed = table('position', add('Slice', [places, first, length], 'positions'));
  let x = normalised(add('Add', [typed, placed], 'embeddings.sum'), 'embeddings.LayerNorm');

  const seen = add('Cast', ['attention_mask'], 'mask', { to: 1 });
  const hidden = add(
    'Sub',
    [one, add('Unsqueeze', [seen, integers('heads', 1, 2)], 'mask4')],
    'unseen',
  );
  const hiding = add('Mul', [hidden, scalar('masked', MASKED)], 'hiding');
  for (let k = 0; weights.has(`encoder.layer.${k}.output.dense.weight`); k++) {
    const at = `encoder.layer.${k}`;
    const headsOf = (part: string, perm: readonly number[]): string => {
      const projected = linear(x, `${at}.attention.self.${part}`);
      const apart = add('Reshape', [projected, split], `${at}.${part}.split`);
      return add('Transpose', [apart], `${at}.${part}.heads`, { perm });
    };
    const query = headsOf('query', [0, 2, 1, 3]);
    const key = headsOf('key', [0, 2, 3, 1]);
    const value = headsOf('value', [0, 2, 1, 3]);
    const scores = add('Div', [add('MatMul', [query, key], `${at}.dots`), scale], `${at}.scores`);
    const masked = add('Add', [scores, hiding], `${at}.masked`);
    const shares = add('Softmax', [masked], `${at}.shares`, { axis: -1 });
    const mixed = add('MatMul', [shares, value], `${at}.mixed`);
    const turned = add('Transpose', [mixed], `${at}.turned`, { perm: [0, 2, 1, 3] });
    const joined = add('Reshape', [turned, join], `${at}.joined`);
    const attended = linear(joined, `${at}.attention.output.dense`);
    const middle = normalised(
      add('Add', [attended, x], `${at}.attention.sum`),
      `${at}.attention.output.LayerNorm`,
    );
    const up = linear(middle, `${at}.intermediate.dense`);
    const erf = add('Erf', [add('Div', [up, root], `${at}.scaled`)], `${at}.erf`);
    const doubled = add('Mul', [up, add('Add', [erf, one], `${at}.bent`)], `${at}.doubled`);
    const down = linear(add('Mul', [doubled, half], `${at}.active`), `${at}.output.dense`);
    x = normalised(add('Add', [down, middle], `${at}.output.sum`), `${at}.output.LayerNorm`);
  }

  const mask3 = add('Unsqueeze', [seen, integers('last', -1)], 'mask3');
  const sum = add('ReduceSum', [add('Mul', [x, mask3], 'kept'), second], 'sum', { keepdims: 0 });
  const count = add('ReduceSum', [mask3, second], 'count', { keepdims: 0 });
  const mean = add(
    'Div',
    [sum, add('Clip', [count, scalar('least_count', 1e-9)], 'counted')],
    'mean',
  );
  const norm = add('ReduceL2', [mean], 'norm', { axes: [1], keepdims: 1 });
  const least = add('Clip', [norm, scalar('least_norm', 1e-12)], 'normed');
  add('Div', [mean, least], 'sentence_embedding');
  return {
    nodes,
    initializers,
    inputs: ['input_ids', 'attention_mask', 'token_type_ids'].map((name) => ({
      name,
      dims: ['batch', 'sequence'],
      dtype: 'int64' as const,
    })),
    outputs: [{ name: 'sentence_embedding', dims: ['batch', width] }],
  };
}

function transposed({ shape, values }: StoredTensor): StoredTensor {
  const [rows, cols] = shape as readonly [number, number];
  const turned = new Float32Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let col = 0; col < cols; col++) turned[col * rows + row] = values[row * cols + col]!;
  return { shape: [cols, rows], values: turned };
}
