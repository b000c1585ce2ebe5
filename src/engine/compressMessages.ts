import type { MomentPlaces } from '../core/moments/momentFile.ts';
import type { PlanLayer } from '../core/plan/plan.ts';
import type { RewriteOutcome } from '../core/rewrite/rewriteCheckpoint.ts';
import type { WireError } from '../protocol/envelope.ts';

/** What the thread that writes a new model is started with. */
export interface CompressStart {
  readonly kind: 'compress';
  readonly wasm: Uint8Array;
  readonly file: string;
  readonly layers: readonly PlanLayer[];
  readonly output: string;
  readonly replace: boolean;
  /** Where lies what weights are multiplied with, of layers whose errors are of outputs. */
  readonly moments: MomentPlaces;
  /** Of the folder of what is not finished; see unfinishedFolder. */
  readonly mark: string;
  /** Exact singular values by layer, descending. */
  readonly spectra: ReadonlyMap<string, Float64Array>;
  /** Two Int32, at CANCELLED and VERDICT: shared, because a busy thread reads no messages. */
  readonly flags: SharedArrayBuffer;
}

/** Not 0 once nobody wants the model any more. */
export const CANCELLED = 0;

/** What becomes of the model that has been written: PENDING, until it may have its name or may not. */
export const VERDICT = 1;
export const PENDING = 0;
export const ACCEPTED = 1;
export const REJECTED = 2;

export type CompressReply =
  | {
      readonly kind: 'layer';
      readonly tensor: string;
      readonly done: number;
      readonly total: number;
    }
  /** The thread waits for the verdict on the model in `file`. */
  | { readonly kind: 'written'; readonly file: string }
  | { readonly kind: 'outcome'; readonly outcome: RewriteOutcome }
  | { readonly kind: 'error'; readonly error: WireError };
