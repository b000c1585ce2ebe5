import type { WireError } from '../protocol/envelope.ts';
import type { SpectrumTask, TaskOutcome } from './spectrumTask.ts';
import type { ValueOutcome, ValueTask } from './valueTask.ts';

/** What a worker is started with. */
export interface WorkerStart {
  readonly wasm: Uint8Array;
  /** Empty: no cache. */
  readonly cacheDir: string;
}

/** Work for a worker, and what it says of it. */
export type WorkerTask = SpectrumTask | ValueTask;
export type OutcomeOf<T extends WorkerTask> = T extends ValueTask ? ValueOutcome : TaskOutcome;

export interface WorkerRequest {
  readonly task: WorkerTask;
  /** One Int32, not 0 once the task is cancelled; shared, because a busy worker reads no messages. */
  readonly cancelled: SharedArrayBuffer;
}

export type WorkerReply =
  | { readonly kind: 'step'; readonly flops: number }
  | { readonly kind: 'outcome'; readonly outcome: TaskOutcome | ValueOutcome }
  | { readonly kind: 'error'; readonly error: WireError };
