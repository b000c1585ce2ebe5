import { indices, runOnnx } from '../../fixtures/onnxSession.ts';
import { sentenceInputs } from './sentenceInputs.ts';
import type { WordPiece } from './wordPiece.ts';

/** What shows that the graph is the network that the weights were trained for. */
export interface EmbeddingCheck {
  /** Greatest distance of the known values. */
  readonly knownValues: number;
  /** Greatest distance of an embedding alone and filled up in a batch. */
  readonly padding: number;
  /** Mean cosine of two sentences that say the same. */
  readonly paraphrases: number;
  /** Mean cosine of two that do not. */
  readonly unrelated: number;
  readonly pairs: number;
}

const KNOWN_SENTENCE = 'This is an example sentence';

/** The first values of its embedding, as PyTorch 2.15 with transformers 4.57.1 gives them in float32. */
const KNOWN_VALUES = [
  0.06765691, 0.06349594, 0.04871314, 0.07930505, 0.03744803, 0.00265279,
] as const;

/** Of what float32 leaves in another order of the sums, some ten times. */
const TOLERANCE = 1e-6;

/**
 * Holds a sentence encoder against what is known of all-MiniLM-L6-v2: the values of one embedding, that filling
 * up changes none, that all have length 1, and that of all second sentences of pairs each first one is nearest
 * to its own. Throws an Error that says which does not hold.
 */
export async function embeddingCheck(
  file: string,
  tokenizer: WordPiece,
  pairs: readonly (readonly [string, string])[],
): Promise<EmbeddingCheck> {
  const embed = async (sentences: readonly string[]): Promise<readonly Float64Array[]> => {
    const feeds = Object.entries(sentenceInputs(tokenizer, sentences)).map(
      ([name, rows]: [string, readonly (readonly number[])[]]) =>
        [name, indices([rows.length, rows[0]!.length], rows.flat())] as const,
    );
    const { sentence_embedding: all } = await runOnnx(file, Object.fromEntries(feeds));
    const width = all!.length / sentences.length;
    return sentences.map((_, k) => all!.subarray(k * width, (k + 1) * width));
  };
  const [firsts, seconds] = [pairs.map(([first]) => first), pairs.map(([, second]) => second)];
  const together = await embed([KNOWN_SENTENCE, ...firsts, ...seconds]);
  const known = (await embed([KNOWN_SENTENCE]))[0]!;
  const knownValues = Math.max(...KNOWN_VALUES.map((value, k) => Math.abs(value - known[k]!)));
  const padding = Math.max(...known.map((value, k) => Math.abs(value - together[0]![k]!)));
  const length = Math.max(...together.map((each) => Math.abs(Math.sqrt(dot(each, each)) - 1)));
  for (const [what, found] of Object.entries({ knownValues, padding, length }))
    if (!(found < TOLERANCE))
      throw new Error(
        `The graph is not the trained network: ${what} is off by ${found}, where less than ${TOLERANCE} is expected.`,
      );
  const cosines = firsts.map((_, a) =>
    seconds.map((__, b) => dot(together[1 + a]!, together[1 + firsts.length + b]!)),
  );
  cosines.forEach((row, k) => {
    if (row.indexOf(Math.max(...row)) !== k)
      throw new Error(
        `The graph is not the trained network: '${seconds[row.indexOf(Math.max(...row))]!}' is nearer to '${firsts[k]!}' than '${seconds[k]!}'.`,
      );
  });
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, each) => sum + each, 0) / values.length;
  return {
    knownValues,
    padding,
    paraphrases: mean(cosines.map((row, k) => row[k]!)),
    unrelated: mean(cosines.flatMap((row, k) => row.filter((_, other) => other !== k))),
    pairs: pairs.length,
  };
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, each, k) => sum + each * b[k]!, 0);
}
