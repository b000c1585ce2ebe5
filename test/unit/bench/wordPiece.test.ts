import { describe, expect, it } from 'vitest';
import { WordPiece } from '../../bench/minilm/wordPiece.ts';

const PIECES = [
  ...['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[', ']', 'sep', 'un', '##aff', '##able', 'a'],
  ...['cafe', 'don', "'", 't', '$', '5', '.', '中', '文', '—'],
];

const tokenizer = new WordPiece(`${PIECES.join('\n')}\n`);

const piecesOf = (text: string): readonly string[] =>
  tokenizer.encode(text).map((id) => PIECES[id]!);

/** Between [CLS] and [SEP], apart from those. */
const CASES: readonly (readonly [what: string, text: string, pieces: readonly string[]])[] = [
  ['an empty text has no pieces', '', []],
  ['the longest piece goes first', 'unaffable', ['un', '##aff', '##able']],
  ['a word is unknown as a whole where one part is', 'unaffish a', ['[UNK]', 'a']],
  ['a piece inside a word does not begin one', 'able', ['[UNK]']],
  ['case and accents go', 'CAFÉ Cafe\u0301', ['cafe', 'cafe']],
  ['punctuation stands alone', "Don't.", ['don', "'", 't', '.']],
  ['symbols of ASCII are punctuation', '$5', ['$', '5']],
  ['dashes of Unicode are punctuation', 'a—a', ['a', '—', 'a']],
  ['Chinese characters stand alone', 'a中文', ['a', '中', '文']],
  ['any white space separates', 'a\t\n\u00a0a', ['a', 'a']],
  ['what is no character is dropped', 'ca\u200b\u0000fe', ['cafe']],
  ['special tokens in a text are text', '[SEP]', ['[', 'sep', ']']],
  ['more than a hundred characters are unknown', 'a'.repeat(101), ['[UNK]']],
];

describe('WordPiece', () => {
  it.each(CASES)('%s', (_, text, pieces) => {
    expect(piecesOf(text)).toEqual(['[CLS]', ...pieces, '[SEP]']);
  });

  it('reads a vocabulary with line ends of Windows', () => {
    const other = new WordPiece(PIECES.join('\r\n'));
    expect(other.encode('unaffable')).toEqual(tokenizer.encode('unaffable'));
  });

  it('refuses a vocabulary without its special pieces', () => {
    expect(() => new WordPiece('[UNK]\n[CLS]\na')).toThrow('The vocabulary has no [SEP].');
  });
});
