/** Bytes of the new file: as they are, copied from another one, or made when their turn comes. */
export type Piece =
  | { readonly kind: 'bytes'; readonly length: number; readonly bytes: Uint8Array }
  | {
      readonly kind: 'copy';
      readonly length: number;
      readonly file: string;
      readonly offset: number;
    }
  | { readonly kind: 'made'; readonly length: number; readonly make: () => Uint8Array };

export function bytesPiece(bytes: Uint8Array): Piece {
  return { kind: 'bytes', length: bytes.length, bytes };
}

export function totalLength(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

/** Something to put in place of a run of bytes, which is empty for an insertion. */
export interface Edit {
  readonly offset: number;
  readonly bytes: number;
  readonly pieces: readonly Piece[];
}
