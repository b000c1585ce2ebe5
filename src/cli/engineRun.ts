import { createEngineClient, type EngineClient } from '../engine/client.ts';
import type { BackendChoice } from '../engine/engineApi.ts';

export interface EngineRunOptions {
  /** Folder of the engine. */
  readonly dist: string;
  readonly version: string;
  readonly cacheDir: string;
  readonly workers: number;
  readonly backend?: BackendChoice;
}

/**
 * Runs a command's work on an engine that ends with it. What the engine says goes to standard error; an
 * interrupt aborts the signal.
 */
export async function runOnEngine<T>(
  options: EngineRunOptions,
  work: (engine: EngineClient, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const log = (line: string): unknown => process.stderr.write(`${line}\n`);
  const engine = createEngineClient({ ...options, log });
  const abort = new AbortController();
  const onInterrupt = (): void => abort.abort();
  process.once('SIGINT', onInterrupt);
  try {
    return await work(engine, abort.signal);
  } finally {
    process.off('SIGINT', onInterrupt);
    engine.dispose();
  }
}
