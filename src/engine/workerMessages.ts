import type { WireError } from '../protocol/envelope.ts';
import type { BackendName } from './backendName.ts';
import type { BandBlocks } from '../core/linalg/gpu/bandValues.ts';
import type { OutputOutcome, OutputTask } from './outputTask.ts';
import type { GpuRecords } from './solveTools.ts';
import type { SpectrumTask, TaskOutcome, WindowPart } from './spectrumTask.ts';
import type { ValueOutcome, ValueTask } from './valueTask.ts';

/** What a worker is started with. */
export interface WorkerStart {
  readonly kind: 'solve';
  readonly backend: BackendName;
  readonly wasm: Uint8Array;
  /** Folder in and above which the native parts are looked for. */
  readonly dist: string;
  /** Empty: no cache. */
  readonly cacheDir: string;
}

/** Work for a worker, and what it says of it. */
export type WorkerTask = SpectrumTask | ValueTask | OutputTask;
export type OutcomeOf<T extends WorkerTask> = T extends OutputTask
  ? OutputOutcome
  : T extends ValueTask
    ? ValueOutcome
    : TaskOutcome;

/** What a worker is started with that tries ONNX Runtime and ends. */
export interface CalibrationStart {
  readonly kind: 'calibrate';
  readonly wasm: Uint8Array;
  /** Folder in and above which the native parts are looked for. */
  readonly dist: string;
}

export type WorkerWork =
  | {
      readonly kind: 'task';
      readonly task: WorkerTask;
      /** Where a GPU takes part. */
      readonly gpu: GpuRecords | undefined;
    }
  /** Some of the windows of a task, apart from the rest of it. */
  | { readonly kind: 'windows'; readonly task: SpectrumTask; readonly part: WindowPart }
  /** The end of what a GPU has begun. */
  | { readonly kind: 'band'; readonly blocks: BandBlocks; readonly count: number };

export type WorkerRequest = WorkerWork & {
  /** One Int32, not 0 once the task is cancelled; shared, because a busy worker reads no messages. */
  readonly cancelled: SharedArrayBuffer;
};

export type WorkerReply =
  | { readonly kind: 'step'; readonly flops: number }
  | { readonly kind: 'outcome'; readonly outcome: OutcomeOf<WorkerTask> }
  | { readonly kind: 'values'; readonly values: Float64Array }
  | { readonly kind: 'error'; readonly error: WireError };
