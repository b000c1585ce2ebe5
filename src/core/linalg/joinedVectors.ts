import * as v8 from 'node:v8';

/** The first major version of V8 whose compiler joins vectors inside loops; before, the pass found nothing. */
const FIRST_V8 = 13;

/**
 * Tells V8 to join pairs of 128-bit vectors to one of 256 bits when it optimises WebAssembly, for the whole
 * process and so for threads that start later; false where this process has no such V8 or processor. What
 * lanes hold is the same bits either way: an addition of two pairs is the same four additions.
 *
 * The pass is an experiment of V8's, so whoever calls this has tried it in a process of its own.
 */
export function letVectorsJoin(): boolean {
  if (!canVectorsJoin()) return false;
  v8.setFlagsFromString('--experimental-wasm-revectorize');
  return true;
}

/** Whether there is something to try. */
export function canVectorsJoin(): boolean {
  return process.arch === 'x64' && Number.parseInt(process.versions.v8, 10) >= FIRST_V8;
}
