import type { WireError } from '../protocol/envelope.ts';
import type { BackendName } from './backendName.ts';
import type { SpectrumTask, TaskOutcome } from './spectrumTask.ts';

/** What a worker is started with. */
export interface WorkerStart {
  readonly kind: 'solve';
  readonly backend: BackendName;
  readonly wasm: Uint8Array;
  /** Empty: no cache. */
  readonly cacheDir: string;
}

/** What a worker is started with that tries ONNX Runtime and ends. */
export interface CalibrationStart {
  readonly kind: 'calibrate';
  readonly wasm: Uint8Array;
}

export interface WorkerRequest {
  readonly task: SpectrumTask;
  /** One Int32, not 0 once the task is cancelled; shared, because a busy worker reads no messages. */
  readonly cancelled: SharedArrayBuffer;
}

export type WorkerReply =
  | { readonly kind: 'step'; readonly flops: number }
  | { readonly kind: 'outcome'; readonly outcome: TaskOutcome }
  | { readonly kind: 'error'; readonly error: WireError };
