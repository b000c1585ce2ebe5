import type { MessagePort } from 'node:worker_threads';
import { LinalgError } from '../core/linalg/linalgError.ts';
import { loadKernels } from '../core/linalg/kernels.ts';
import { momentsAt } from '../core/moments/momentFile.ts';
import { rewriteCheckpoint } from '../core/rewrite/rewriteCheckpoint.ts';
import { RewriteError } from '../core/rewrite/rewriteError.ts';
import { CancelledError } from '../protocol/cancellation.ts';
import { toWire } from '../protocol/remoteError.ts';
import {
  CANCELLED,
  PENDING,
  REJECTED,
  VERDICT,
  type CompressReply,
  type CompressStart,
} from './compressMessages.ts';

/** Writes one model in a thread of its own; a message is the end of it. */
export function serveCompress(start: CompressStart, port: MessagePort): void {
  const { file, layers, output, replace, mark, spectra, moments } = start;
  const flags = new Int32Array(start.flags);
  const reply = (message: CompressReply): void => port.postMessage(message);
  try {
    const outcome = rewriteCheckpoint(file, { layers: [...layers] }, output, {
      kernels: loadKernels(start.wasm),
      replace,
      mark,
      spectrum: (id) => spectra.get(id),
      moment: momentsAt(moments),
      cancelled: () => Atomics.load(flags, CANCELLED) !== 0,
      onLayer: (tensor, done, total) => reply({ kind: 'layer', tensor, done, total }),
      accept: (written) => {
        reply({ kind: 'written', file: written });
        Atomics.wait(flags, VERDICT, PENDING);
        if (Atomics.load(flags, VERDICT) === REJECTED) throw new CancelledError();
      },
    });
    reply({ kind: 'outcome', outcome });
  } catch (error) {
    reply({ kind: 'error', error: toWire(isCancelled(error) ? new CancelledError() : error) });
  }
}

function isCancelled(error: unknown): boolean {
  return (
    (error instanceof LinalgError || error instanceof RewriteError) && error.code === 'cancelled'
  );
}
