import { removeAbandoned } from '../core/rewrite/unfinishedFolder.ts';
import { CancelledError } from '../protocol/cancellation.ts';
import { DisconnectedError } from '../protocol/remoteError.ts';
import type { AnalyzeProgress, AnalyzeRequest, CallContext, EngineApi } from './engineApi.ts';
import type { BackendChoice } from './backendName.ts';
import { startEngine, type EngineProcess } from './engineProcess.ts';
import { IDLE_END } from './engineStart.ts';

export interface EngineClientOptions {
  /** Folder with engine.mjs, worker.mjs and kernels.wasm. */
  readonly dist: string;
  /** Folder of solved spectra; empty for none. */
  readonly cacheDir: string;
  readonly version: string;
  /** 0 or absent: one less than the cores. */
  readonly workers?: number;
  readonly idleSeconds?: number;
  /** `auto` where absent: the fastest that this machine has. */
  readonly backend?: BackendChoice;
  readonly log?: (line: string) => void;
}

export interface EngineClient extends EngineApi {
  /** Of the engine process, while there is one. */
  readonly pid: number | undefined;
  /** Disposes of it as soon as no call is running. */
  retire(): void;
  dispose(): void;
}

/** The engine could not be started, or ends before it gets to any layer. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
}

const DEFAULT_IDLE_SECONDS = 60;

/** An engine that does not answer a cancel by then is ended. */
const CANCEL_LIMIT_MS = 2000;

/**
 * The engine as its shells see it: started on the first call, again after it has ended. When it dies in
 * the middle of an analysis, the layers it was on are reported as not solved and the rest goes on; what
 * it had finished is in the cache.
 */
export function createEngineClient(options: EngineClientOptions): EngineClient {
  let engine: EngineProcess | undefined;
  let disposed = false;
  let retired = false;
  let calls = 0;

  const dispose = (): void => {
    disposed = true;
    engine?.kill();
  };

  /** Counts a call, so that a retired client ends after its last one. */
  const counted = async <T>(call: () => Promise<T>): Promise<T> => {
    calls++;
    try {
      return await call();
    } finally {
      calls--;
      if (retired && calls === 0) dispose();
    }
  };

  const connected = (): EngineProcess => {
    if (disposed) throw new DisconnectedError('The engine client has been disposed of.');
    if (engine) return engine;
    const { dist, cacheDir, version, workers = 0, idleSeconds = DEFAULT_IDLE_SECONDS } = options;
    const { backend = 'auto' } = options;
    const start = { dist, cacheDir, version, workers, idleSeconds, backend };
    const started = startEngine(start, options.log);
    engine = started;
    void started.ended.then((how) => {
      if (engine === started) engine = undefined;
      if (!disposed) options.log?.(`The engine ended: ${how}.`);
    });
    return started;
  };

  /** Whether the engine had ended for want of calls before it saw this one, which a busy thread learns only now. */
  const neverBegun = async (error: unknown, { ended }: EngineProcess): Promise<boolean> =>
    error instanceof DisconnectedError && !disposed && (await ended) === IDLE_END;

  const cancellable = <T>(
    signal: AbortSignal | undefined,
    call: (engine: EngineProcess) => Promise<T>,
  ): Promise<T> =>
    counted(async () => {
      if (signal?.aborted) throw new CancelledError();
      let current = connected();
      let limit: NodeJS.Timeout | undefined;
      const onAbort = (): void => {
        limit = setTimeout(() => current.kill(), CANCEL_LIMIT_MS);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      try {
        try {
          return await call(current);
        } catch (error) {
          if (!(await neverBegun(error, current)) || signal?.aborted) throw error;
          current = connected();
          return await call(current);
        }
      } catch (error) {
        throw signal?.aborted ? new CancelledError() : error;
      } finally {
        signal?.removeEventListener('abort', onAbort);
        clearTimeout(limit);
      }
    });

  /** A call over many layers that goes on without those on which the engine ended. */
  const recovering = <
    R extends { readonly file: string; readonly failed: AnalyzeRequest['failed'] },
    T,
  >(
    request: R,
    { signal, onProgress }: CallContext<AnalyzeProgress> = {},
    call: (remote: EngineApi, request: R, context: CallContext<AnalyzeProgress>) => Promise<T>,
  ): Promise<T> =>
    counted(async () => {
      const failed: Record<string, string> = { ...request.failed };
      for (;;) {
        let running: readonly string[] = [];
        let ended = Promise.resolve('');
        try {
          return await cancellable(signal, (current) => {
            ended = current.ended;
            return call(
              current.remote,
              { ...request, failed },
              {
                ...(signal ? { signal } : {}),
                onProgress: (progress) => {
                  running = progress.runningIds;
                  onProgress?.(progress);
                },
              },
            );
          });
        } catch (error) {
          if (!(error instanceof DisconnectedError) || disposed) throw error;
          const how = await ended;
          if (running.length === 0)
            throw new EngineError(
              `The engine ended before it reached a layer of ${request.file}: ${how}.`,
            );
          for (const id of running)
            failed[id] = `the engine ended (${how}) while it was solving this layer; try once more`;
        }
      }
    });

  return {
    estimate: (request, context = {}) =>
      cancellable(context.signal, (current) => current.remote.estimate(request, context)),
    analyze: (request, context) =>
      recovering(request, context, (remote, ...rest) => remote.analyze(...rest)),
    plan: (request, context) =>
      recovering(request, context, (remote, ...rest) => remote.plan(...rest)),
    planInputs: (request, context) =>
      recovering(request, context, (remote, ...rest) => remote.planInputs(...rest)),
    selfTest: (request, context = {}) =>
      cancellable(context.signal, (current) => current.remote.selfTest(request, context)),
    spectrum: (request, context = {}) =>
      cancellable(context.signal, (current) => current.remote.spectrum(request, context)),
    farms: (request, context = {}) =>
      cancellable(context.signal, (current) => current.remote.farms(request, context)),
    compress: (request, context = {}) =>
      cancellable(context.signal, async (current) => {
        try {
          return await current.remote.compress(request, context);
        } catch (error) {
          if (!(error instanceof DisconnectedError)) throw error;
          const how = await current.ended;
          if (how === IDLE_END) throw error;
          // What it was writing it can no longer remove itself.
          if (current.pid !== undefined) removeAbandoned(request.output, current.pid);
          throw new EngineError(
            `The engine ended before ${request.output} was written: ${how}. Nothing was written.`,
          );
        }
      }),
    verify: (request, context = {}) =>
      cancellable(context.signal, (current) => current.remote.verify(request, context)),
    seededLengths: (request, context = {}) =>
      cancellable(context.signal, (current) => current.remote.seededLengths(request, context)),
    search: (request, context = {}) =>
      cancellable(context.signal, (current) => current.remote.search(request, context)),
    get pid() {
      return engine?.pid;
    },
    retire() {
      retired = true;
      if (calls === 0) dispose();
    },
    dispose,
  };
}
