import type { Compression } from '../core/report/compression/compression.ts';
import { RewriteError } from '../core/rewrite/rewriteError.ts';
import { CancelledError } from '../protocol/cancellation.ts';
import { startModel } from './modelProcess.ts';

export type LoadCheck = Compression['check'];

export interface LoadCheckOptions {
  /** The model that the new one was made from: tried as well where the new one is rejected. */
  readonly original: string;
  /** Folder with runner.mjs. */
  readonly dist: string;
  readonly signal: AbortSignal | undefined;
}

/**
 * Loads a new model in ONNX Runtime, in a process of its own. Without ONNX Runtime that is not tried, which the
 * result says. Throws RewriteError `rejected`, which says whether the original is rejected as well, and
 * CancelledError.
 */
export async function checkLoads(
  file: string,
  { original, dist, signal }: LoadCheckOptions,
): Promise<LoadCheck> {
  const found = await loaded(file, dist, signal);
  if (found.status === 'loaded') return { loaded: true, runtime: found.runtime, reason: '' };
  if (found.status === 'no-runtime') return { loaded: false, runtime: '', reason: found.reason };
  const before = await loaded(original, dist, signal);
  if (before.status === 'rejected')
    throw new RewriteError(
      'rejected',
      `ONNX Runtime rejects ${original} itself, so no model that is made of it can be checked: ${before.reason}. Nothing was written.`,
    );
  throw new RewriteError(
    'unloadable',
    `ONNX Runtime rejects the model that this plan makes of ${original}, which it loads: ${found.reason}. Nothing was written. Let the plan keep the weight that this names, and report it as a fault of Eigenscope.`,
  );
}

type Loaded =
  | { readonly status: 'loaded'; readonly runtime: string }
  | { readonly status: 'no-runtime' | 'rejected'; readonly reason: string };

async function loaded(
  file: string,
  dist: string,
  signal: AbortSignal | undefined,
): Promise<Loaded> {
  if (signal?.aborted) throw new CancelledError();
  let kill = (): void => undefined;
  const onAbort = (): void => kill();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const started = (how: () => void): void => {
      kill = how;
    };
    const model = await startModel(file, { dist, threads: 1, started });
    return { status: 'loaded', runtime: model.interface.runtime };
  } catch (error) {
    if (signal?.aborted) throw new CancelledError();
    const { name, code, message } = error as { name?: string; code?: string; message: string };
    if (name !== 'VerifyError') throw error;
    if (code === 'no-runtime') return { status: 'no-runtime', reason: message };
    return { status: 'rejected', reason: withoutFile(message, file) };
  } finally {
    signal?.removeEventListener('abort', onAbort);
    kill();
  }
}

/** What ONNX Runtime says, without the name that the file has only now. */
function withoutFile(message: string, file: string): string {
  return message
    .replace(`ONNX Runtime does not load ${file}: `, '')
    .replace(`${file}: `, '')
    .replaceAll(file, 'the model')
    .replace(/\.$/, '');
}
