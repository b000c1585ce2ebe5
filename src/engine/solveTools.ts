import type { GemmLibrary } from '../core/linalg/gemmLibrary.ts';
import type { Kernels } from '../core/linalg/kernels.ts';
import type { CacheRecord } from './cacheRecord.ts';
import type { SpectrumCache } from './spectrumCache.ts';
import type { SolverIdentity } from './spectrumKey.ts';
import type { ValueMemory } from './valueMemory.ts';

/** What a worker brings to its tasks. */
export interface SolveTools {
  readonly kernels: Kernels;
  /** Carries the large products in the place of the kernels. */
  readonly library: GemmLibrary | undefined;
  /** Of the thread: holds what its task has decoded. */
  readonly memory: ValueMemory;
  readonly solver: SolverIdentity;
  readonly cache: SpectrumCache | undefined;
  /** The GPU that may have solved this, and what it has just solved, by key; absent where none takes part. */
  readonly gpu?: GpuRecords | undefined;
  readonly cancelled: () => boolean;
  /** Called after every solve with its floating-point operations. */
  readonly onStep: (flops: number) => void;
}

/** What a GPU adds to a task. Plain data. */
export interface GpuRecords {
  readonly solver: SolverIdentity;
  readonly records: ReadonlyMap<string, CacheRecord>;
}
