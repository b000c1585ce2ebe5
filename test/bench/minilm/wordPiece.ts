/** Words longer than this are unknown as a whole. */
const LONGEST_WORD = 100;

/** Of the vocabulary of BERT. */
const UNKNOWN = '[UNK]';
const FIRST = '[CLS]';
const LAST = '[SEP]';

/**
 * The ids of a text between those of [CLS] and [SEP], as the uncased BERT makes them: what is no character is
 * dropped, the rest is lower case without accents, split at white space, around every punctuation mark and
 * every Chinese character, and each word is taken apart into the longest pieces that the vocabulary has, of
 * which those inside a word begin with ##. Special tokens in the text are read as text.
 *
 * Source: Devlin et al. 2019, "BERT: pre-training of deep bidirectional transformers", section 3; Wu et al.
 * 2016, "Google's neural machine translation system", section 4.1.
 */
export class WordPiece {
  private readonly ids: ReadonlyMap<string, number>;

  /** @param vocabulary a piece a line, its id the number of the line from 0 */
  constructor(vocabulary: string) {
    const pieces = vocabulary.replace(/\n$/, '').split('\n');
    this.ids = new Map(pieces.map((piece, id) => [piece.replace(/\r$/, ''), id]));
    const missing = [UNKNOWN, FIRST, LAST].find((piece) => !this.ids.has(piece));
    if (missing !== undefined) throw new Error(`The vocabulary has no ${missing}.`);
  }

  encode(text: string): readonly number[] {
    const words = wordsOf(text);
    return [this.id(FIRST), ...words.flatMap((word) => this.piecesOf(word)), this.id(LAST)];
  }

  private piecesOf(word: string): readonly number[] {
    const characters = Array.from(word);
    if (characters.length > LONGEST_WORD) return [this.id(UNKNOWN)];
    const found: number[] = [];
    for (let from = 0; from < characters.length;) {
      let to = characters.length;
      const at = (): string => (from > 0 ? '##' : '') + characters.slice(from, to).join('');
      while (to > from && !this.ids.has(at())) to--;
      // One part that no piece covers makes the whole word unknown.
      if (to === from) return [this.id(UNKNOWN)];
      found.push(this.id(at()));
      from = to;
    }
    return found;
  }

  private id(piece: string): number {
    return this.ids.get(piece)!;
  }
}

function wordsOf(text: string): readonly string[] {
  const plain = text
    .replace(/[\t\n\r]/g, ' ')
    .replace(/\0|\ufffd|\p{Cc}|\p{Cf}|\p{Cn}|\p{Co}/gu, '')
    .replace(CHINESE, ' $& ')
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()
    .replace(PUNCTUATION, ' $& ');
  return plain.split(/\s+/u).filter((word) => word !== '');
}

/** ASCII that is neither letter, digit nor space counts, as `^`, `$` and `` ` `` do, which Unicode calls symbols. */
const PUNCTUATION = /[!-/:-@[-`{-~]|\p{P}/gu;

/** The blocks of CJK ideographs; Japanese and Korean letters are words like others. */
const CHINESE =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b820}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu;
