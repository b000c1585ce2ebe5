import type { Edit } from './piece.ts';

/** What became of a weight, measured on the values as they are stored. */
export interface LayerOutcome {
  readonly id: string;
  readonly tensor: string;
  /** `keep` where the plan's action could not be done; the note says why. */
  readonly action: 'keep' | 'lowrank' | 'prune' | 'quantize';
  /** The Frobenius norm of the change over that of the weight; null for a weight of zeros. */
  readonly relativeError: number | null;
  /** Elements before and after; scales and zero points count. */
  readonly parameters: readonly [before: number, after: number];
  /** Bytes of stored values before and after. */
  readonly bytes: readonly [before: number, after: number];
  /** Bytes that names and nodes around the values add to the files. */
  readonly added: number;
  /** Bytes that gzip makes of the values, before and after: of pruned weights, whose storage stays dense. */
  readonly gzip?: readonly [before: number, after: number];
  readonly note: string;
}

/** The changes of the file for one weight; its outcome is known when the changes have been written. */
export interface LayerRewrite {
  readonly edits: readonly Edit[];
  /** Bytes of the values that take the place of the weight's. */
  readonly stored: number;
  /** Whether nodes of ONNX Runtime's own operators were added. */
  readonly contributed?: boolean;
  readonly outcome: () => Omit<LayerOutcome, 'added'>;
}

/** Why a weight is left as it is. */
export interface Refusal {
  readonly refused: string;
}
