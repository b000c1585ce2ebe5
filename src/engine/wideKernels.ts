import { execFile } from 'node:child_process';
import * as path from 'node:path';
import * as v from 'valibot';
import { canVectorsJoin } from '../core/linalg/joinedVectors.ts';
import type { JoinedVectors } from './joinTrial.ts';
import { machineFile, readRemembered, writeRemembered } from './remembered.ts';

/** Of the trial: it takes about a second. */
const LIMIT_MS = 20_000;

const schema = v.strictObject({ areUsed: v.boolean(), reason: v.string() });

/**
 * Whether the kernels for joined vectors are right and faster here: tried in a process of its own, since
 * V8's pass is an experiment, and remembered in the cache's folder.
 *
 * @param wasm both builds of the kernels, one after the other: another build is tried afresh
 * @param cacheDir empty: nothing is remembered
 * @param canJoin whether there is anything to try
 */
export async function joinedVectors(
  dist: string,
  wasm: Uint8Array,
  cacheDir: string,
  canJoin = canVectorsJoin(),
): Promise<JoinedVectors> {
  if (!canJoin) return { areUsed: false, reason: '' };
  const file = cacheDir === '' ? '' : machineFile(cacheDir, 'vectors', wasm, []);
  const known = file === '' ? undefined : readRemembered(file, schema);
  if (known) return known;
  const found = await trial(dist);
  if (file !== '') writeRemembered(file, found);
  return found;
}

function trial(dist: string): Promise<JoinedVectors> {
  const options = { encoding: 'utf8', timeout: LIMIT_MS, windowsHide: true } as const;
  return new Promise((resolve) => {
    execFile(process.execPath, [path.join(dist, 'trial.mjs'), dist], options, (error, stdout) => {
      try {
        resolve(v.parse(schema, JSON.parse(stdout)));
      } catch {
        const wasStarted = typeof error?.code !== 'string';
        const how = wasStarted ? (error?.signal ?? `exit code ${error?.code ?? 0}`) : error.message;
        const reason = `the trial of joined vectors ended early (${how})`;
        resolve({ areUsed: false, reason });
      }
    });
  });
}
