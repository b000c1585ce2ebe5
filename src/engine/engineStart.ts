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

/**
 * How an engine that ends by itself is said to have ended. No call runs then: one that it did not answer, it never
 * began.
 */
export const IDLE_END = 'exit code 0';

/** What the engine says when it can take calls. */
export const ENGINE_READY = 'eigenscope-engine-ready';
