import * as path from 'node:path';
import { createEngineClient, type EngineClient } from '../../src/engine/client.ts';

export interface BenchOptions {
  readonly dist: string;
  /** Folder of models, results and spectra. */
  readonly scratch: string;
  readonly samples: number;
  readonly log: (line: string) => void;
}

/** Longer than a transformer takes to be made. */
const IDLE_SECONDS = 3600;

/** Work with an engine of its own, which ends with the work. */
export async function withEngine<T>(
  { dist, scratch, log }: Pick<BenchOptions, 'dist' | 'scratch' | 'log'>,
  work: (engine: EngineClient) => Promise<T>,
): Promise<T> {
  const cacheDir = path.join(scratch, 'cache');
  const engine = createEngineClient({
    dist,
    cacheDir,
    version: '0.0.0-bench',
    idleSeconds: IDLE_SECONDS,
    log,
  });
  try {
    return await work(engine);
  } finally {
    engine.dispose();
  }
}
