import type { Channel } from './channel.ts';
import { isEnvelope, type Envelope } from './envelope.ts';
import { DisconnectedError, fromWire, toWire } from './remoteError.ts';

interface LocalContext {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: unknown) => void;
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: ((progress: unknown) => void) | undefined;
  readonly release: () => void;
}

type LocalMethod = (request: unknown, context: LocalContext) => Promise<unknown>;

export interface Connection<Remote> {
  /** The other side's methods. Each call takes a request and an optional `{ signal, onProgress }`. */
  readonly remote: Remote;
  /** Stops listening, cancels what runs here, and rejects every pending call with DisconnectedError. */
  dispose(reason?: string): void;
}

/**
 * Two-way calls over a channel, the same at both ends. `local` is an object whose own function
 * properties are what the other side may call; nothing else is reachable. An abort of `signal` sends a
 * cancel and leaves it to the other side to reject with CancelledError.
 */
export function connect<Remote extends object>(
  channel: Channel,
  local: object,
): Connection<Remote> {
  const pending = new Map<number, Pending>();
  const running = new Map<number, AbortController>();
  let nextId = 1;
  let closed: string | undefined;

  const call = (method: string, request: unknown, context: LocalContext = {}): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (closed !== undefined) {
        reject(new DisconnectedError(closed));
        return;
      }
      const id = nextId++;
      const onAbort = (): void => channel.post({ kind: 'cancel', id });
      const { signal } = context;
      pending.set(id, {
        resolve,
        reject,
        onProgress: context.onProgress,
        release: () => signal?.removeEventListener('abort', onAbort),
      });
      channel.post({ kind: 'call', id, method, request });
      signal?.addEventListener('abort', onAbort, { once: true });
      if (signal?.aborted) onAbort();
    });

  const answer = async (id: number, method: string, request: unknown): Promise<void> => {
    const abort = new AbortController();
    running.set(id, abort);
    const post = (envelope: unknown): void => {
      if (closed === undefined) channel.post(envelope);
    };
    try {
      const found: unknown = Object.hasOwn(local, method)
        ? (local as Record<string, unknown>)[method]
        : undefined;
      if (typeof found !== 'function') throw new TypeError(`There is no method '${method}'.`);
      const onProgress = (progress: unknown): void => post({ kind: 'progress', id, progress });
      const value = await (found as LocalMethod)(request, { signal: abort.signal, onProgress });
      post({ kind: 'result', id, value });
    } catch (thrown) {
      post({ kind: 'error', id, error: toWire(thrown) });
    } finally {
      running.delete(id);
    }
  };

  const settle = (id: number): Pending | undefined => {
    const call = pending.get(id);
    pending.delete(id);
    call?.release();
    return call;
  };

  const receive = (envelope: Envelope): void => {
    switch (envelope.kind) {
      case 'call':
        void answer(envelope.id, envelope.method, envelope.request);
        return;
      case 'cancel':
        running.get(envelope.id)?.abort();
        return;
      case 'progress':
        pending.get(envelope.id)?.onProgress?.(envelope.progress);
        return;
      case 'result':
        settle(envelope.id)?.resolve(envelope.value);
        return;
      case 'error':
        settle(envelope.id)?.reject(fromWire(envelope.error));
        return;
    }
  };

  const stop = channel.onMessage((message) => {
    if (isEnvelope(message)) receive(message);
  });

  const remote = new Proxy({} as Remote, {
    get: (_target, name) =>
      // `then` would make the proxy look like a promise to `await`.
      typeof name !== 'string' || name === 'then'
        ? undefined
        : (request?: unknown, context?: LocalContext) => call(name, request, context),
  });

  return {
    remote,
    dispose(reason = 'The connection was closed.') {
      if (closed !== undefined) return;
      closed = reason;
      stop();
      for (const abort of running.values()) abort.abort();
      for (const id of [...pending.keys()]) settle(id)?.reject(new DisconnectedError(reason));
    },
  };
}
