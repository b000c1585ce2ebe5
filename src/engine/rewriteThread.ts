import { randomBytes } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { RewriteOutcome } from '../core/rewrite/rewriteCheckpoint.ts';
import { markOf, removeUnfinished } from '../core/rewrite/unfinishedFolder.ts';
import { CancelledError } from '../protocol/cancellation.ts';
import { fromWire } from '../protocol/remoteError.ts';
import {
  ACCEPTED,
  CANCELLED,
  REJECTED,
  VERDICT,
  type CompressReply,
  type CompressStart,
} from './compressMessages.ts';

/** A thread that has not seen the flag by then is ended, so that a cancel takes under 200 ms. */
const CANCEL_GRACE_MS = 100;

export interface RewriteThreadOptions {
  readonly start: Omit<CompressStart, 'kind' | 'mark' | 'flags'>;
  /** worker.mjs */
  readonly script: URL;
  readonly signal: AbortSignal | undefined;
  readonly onLayer: (tensor: string, done: number, total: number) => void;
  /** Given the whole model under a temporary name. Rejects where it must not be kept. */
  readonly check: (file: string) => Promise<void>;
}

/**
 * Writes a new model in a thread of its own. Rejects with CancelledError, RewriteError, LinalgError,
 * CheckpointError (as they cross from a thread), or what `check` rejects with; nothing is left of it then.
 */
export async function runRewriteThread({
  start,
  script,
  signal,
  onLayer,
  check,
}: RewriteThreadOptions): Promise<RewriteOutcome> {
  if (signal?.aborted) throw new CancelledError();
  const { output } = start;
  const shared = new SharedArrayBuffer(8);
  const flags = new Int32Array(shared);
  const mark = markOf(process.pid, randomBytes(6).toString('hex'));
  const workerData: CompressStart = { kind: 'compress', ...start, mark, flags: shared };
  const worker = new Worker(script, { workerData, execArgv: [] });
  /** What the process leaves behind when it has to end at once. */
  const onExit = (): void => {
    Atomics.store(flags, CANCELLED, 1);
    removeUnfinished(output, mark);
  };
  process.on('exit', onExit);
  let fault: unknown;
  const decide = (verdict: number): void => {
    Atomics.compareExchange(flags, VERDICT, 0, verdict);
    Atomics.notify(flags, VERDICT);
  };
  let grace: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    fault ??= new CancelledError();
    Atomics.store(flags, CANCELLED, 1);
    decide(REJECTED);
    // What has been accepted is being moved to its place, which is not to be stopped half way.
    if (Atomics.load(flags, VERDICT) === REJECTED)
      grace = setTimeout(() => void worker.terminate(), CANCEL_GRACE_MS);
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  const judge = async (file: string): Promise<void> => {
    try {
      await check(file);
      decide(ACCEPTED);
    } catch (error) {
      fault ??= error;
      decide(REJECTED);
    }
  };
  try {
    return await new Promise<RewriteOutcome>((resolve, reject) => {
      worker.on('message', (reply: CompressReply) => {
        if (reply.kind === 'layer') onLayer(reply.tensor, reply.done, reply.total);
        else if (reply.kind === 'written') void judge(reply.file);
        else if (reply.kind === 'outcome') resolve(reply.outcome);
        else reject(fromWire(reply.error));
      });
      worker.on('error', reject);
      worker.on('exit', () =>
        reject(new Error(`The thread that writes ${output} ended before it was done.`)),
      );
    });
  } catch (error) {
    throw fault instanceof Error ? fault : error;
  } finally {
    clearTimeout(grace);
    signal?.removeEventListener('abort', onAbort);
    await worker.terminate();
    process.off('exit', onExit);
    removeUnfinished(output, mark);
  }
}
