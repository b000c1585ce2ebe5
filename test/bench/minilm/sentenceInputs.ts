import type { WordPiece } from './wordPiece.ts';

/** Longer sentences are cut, as sentence_bert_config.json of the model has it. */
const MOST_TOKENS = 256;

/** The inputs of one run, as lists that JSON holds: each of [sentences, tokens of the longest]. */
export interface SentenceInputs {
  readonly input_ids: readonly (readonly number[])[];
  readonly attention_mask: readonly (readonly number[])[];
  readonly token_type_ids: readonly (readonly number[])[];
}

/** Sentences as one batch; shorter ones are filled up with id 0, which the mask hides. */
export function sentenceInputs(tokenizer: WordPiece, sentences: readonly string[]): SentenceInputs {
  const ids = sentences.map((sentence) => {
    const all = tokenizer.encode(sentence);
    return all.length > MOST_TOKENS ? [...all.slice(0, MOST_TOKENS - 1), all.at(-1)!] : all;
  });
  const longest = Math.max(...ids.map(({ length }) => length));
  const rows = (value: (own: readonly number[], k: number) => number): readonly number[][] =>
    ids.map((own) => Array.from({ length: longest }, (_, k) => value(own, k)));
  return {
    input_ids: rows((own, k) => own[k] ?? 0),
    attention_mask: rows((own, k) => Number(k < own.length)),
    token_type_ids: rows(() => 0),
  };
}
