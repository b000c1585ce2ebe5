import type { ComputeSelfTest } from '../../core/linalg/gpu/adapterAcceptance.ts';
import type { BandBlocks } from '../../core/linalg/gpu/bandValues.ts';
import type { GpuErrorCode } from '../../core/linalg/gpu/gpuError.ts';
import type { CacheRecord } from '../cacheRecord.ts';
import type { SolverIdentity } from '../spectrumKey.ts';
import type { SpectrumTask } from '../spectrumTask.ts';

/** What the thread of the GPU is started with. */
export interface GpuThreadStart {
  readonly kind: 'gpu';
  readonly wasm: Uint8Array;
  /** Empty: no cache. */
  readonly cacheDir: string;
  /** Folder in and above which the native parts are looked for. */
  readonly dist: string;
  /** URL of worker.mjs, of which the threads that prepare matrices are started. */
  readonly preparer: string;
  /** Of the CPU pool: what the GPU has to beat. */
  readonly workers: number;
  /** Empty for the machine's first; else a part of the adapter's name, which may be that of a software adapter. */
  readonly adapterName: string;
}

/** To the thread of the GPU. */
export type GpuRequest =
  | {
      readonly kind: 'solve';
      readonly id: number;
      readonly task: SpectrumTask;
      /** Of the pool, whose records serve as well. */
      readonly solver: SolverIdentity;
      /** One Int32, not 0 once the task is cancelled. */
      readonly cancelled: SharedArrayBuffer;
    }
  | { readonly kind: 'finished'; readonly band: number; readonly values: Float64Array }
  | { readonly kind: 'unfinished'; readonly band: number; readonly reason: string }
  | { readonly kind: 'close' };

/** What became of a task on the GPU. */
export type GpuAnswer =
  | { readonly kind: 'records'; readonly records: ReadonlyMap<string, CacheRecord> }
  /** The data is at fault: a worker of the pool says how. */
  | { readonly kind: 'left' }
  | { readonly kind: 'refused'; readonly code: GpuErrorCode; readonly reason: string }
  | { readonly kind: 'cancelled' };

/** From the thread of the GPU. */
export type GpuReply =
  | {
      readonly kind: 'ready';
      readonly selfTest: ComputeSelfTest;
      readonly solver: SolverIdentity | undefined;
    }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: GpuAnswer }
  | { readonly kind: 'step'; readonly id: number; readonly flops: number }
  | {
      readonly kind: 'span';
      readonly stage: 'prepare' | 'device';
      readonly id: number;
      readonly start: number;
      readonly end: number;
    }
  | {
      readonly kind: 'band';
      readonly id: number;
      readonly band: number;
      readonly blocks: BandBlocks;
      readonly count: number;
    };
