import { MessageReader, type MessageShape } from '../checkpoint/protobuf/messageReader.ts';
import { WireSource } from '../checkpoint/protobuf/wireSource.ts';
import type { RangeReader } from '../checkpoint/rangeReader.ts';
import { bytesPiece, totalLength, type Edit, type Piece } from './piece.ts';
import { lengthHeader } from './wire.ts';

/** A message of which nothing need be known but where its fields lie. */
const ANY: MessageShape = { message: 'message', fields: {} };

/**
 * The pieces of a protobuf file with edits: whole fields replaced or removed, and new ones inserted between
 * fields. Lengths of the messages around an edit are written anew, from the inside out; every other byte is
 * a copy. Edits may not overlap; of several insertions at one place the first comes first. What replaces
 * bytes of the same number may stand anywhere.
 */
export function splicedPieces(reader: RangeReader, edits: readonly Edit[]): readonly Piece[] {
  const sorted = [...edits].sort((a, b) => a.offset - b.offset || a.bytes - b.bytes);
  const message = new MessageReader(new WireSource(reader), ANY, 0, reader.size);
  return new Splice(reader.file).message(message, 0, reader.size, sorted);
}

class Splice {
  constructor(private readonly file: string) {}

  message(
    message: MessageReader,
    start: number,
    end: number,
    edits: readonly Edit[],
  ): readonly Piece[] {
    const pieces: Piece[] = [];
    let at = start;
    let own = 0;
    /** Copies up to `until`, with the edits of this level on the way. */
    const copyUntil = (until: number, before: number): void => {
      for (; own < before; own++) {
        const edit = edits[own]!;
        this.copy(pieces, at, edit.offset);
        pieces.push(...edit.pieces);
        at = edit.offset + edit.bytes;
      }
      this.copy(pieces, at, until);
      at = until;
    };
    // Fields that no edit lies in are stepped over, and those after the last edit not even that.
    while (own < edits.length && edits[own]!.offset < end && message.next()) {
      if (!message.hasLength) continue;
      const { offset, bytes } = message.range();
      const first = edits.findIndex((edit, k) => k >= own && edit.offset >= offset);
      const inside = edits.filter(
        (edit, k) =>
          k >= own &&
          edit.offset >= offset &&
          edit.offset + edit.bytes <= offset + bytes &&
          edit.offset < offset + bytes,
      );
      if (inside.every((edit) => totalLength(edit.pieces) === edit.bytes)) continue;
      copyUntil(message.tagOffset, first);
      const content = this.message(message.child(ANY), offset, offset + bytes, inside);
      pieces.push(bytesPiece(lengthHeader(message.fieldNumber, totalLength(content))), ...content);
      own += inside.length;
      at = offset + bytes;
    }
    copyUntil(end, edits.length);
    return pieces;
  }

  private copy(pieces: Piece[], from: number, until: number): void {
    if (until < from) throw new RangeError(`edits overlap at byte ${until}`);
    if (until > from)
      pieces.push({ kind: 'copy', length: until - from, file: this.file, offset: from });
  }
}
