import type { BackendChoice } from './backendName.ts';

/** What the engine process is started with: its one argument, as JSON. */
export interface EngineStart {
  /** Folder with worker.mjs and kernels.wasm. */
  readonly dist: string;
  /** Empty: no cache. */
  readonly cacheDir: string;
  /** 0: one less than the cores, at least 1. */
  readonly workers: number;
  /** Ends itself after so long without a call. */
  readonly idleSeconds: number;
  readonly version: string;
  readonly backend: BackendChoice;
}

/** What the engine says when it can take calls. */
export const ENGINE_READY = 'eigenscope-engine-ready';
