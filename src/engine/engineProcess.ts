import * as path from 'node:path';
import { startChild, type ChildConnection } from './childConnection.ts';
import type { EngineApi } from './engineApi.ts';
import { ENGINE_READY, type EngineStart } from './engineStart.ts';

export type EngineProcess = ChildConnection<EngineApi>;

/** Starts the engine as a child of this process, so that its crash is not ours. */
export function startEngine(start: EngineStart, log?: (line: string) => void): EngineProcess {
  const file = path.join(start.dist, 'engine.mjs');
  return startChild<EngineApi>({ file, start, ready: ENGINE_READY, called: 'engine' }, log);
}
