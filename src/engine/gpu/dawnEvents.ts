import type { DawnLibrary, Pointer, StringView } from './dawnLibrary.ts';
import type { DawnCallback } from './dawnSignatures.ts';

/** Callbacks run inside wgpuInstanceProcessEvents, so on this thread. */
const PROCESS_EVENTS = 2;

/** What a callback says: status, the object it made, a type, a message. */
export interface DawnReply {
  readonly status: number;
  readonly object: Pointer | null;
  readonly type: number;
  readonly message: string;
}

/** For so long after a call the loop looks for its reply without sleeping: small work is done by then. */
const EAGER_MS = 1;

/**
 * Turns Dawn's callbacks into promises. While a reply is awaited, events are processed once in each turn
 * of the event loop at first and every millisecond later; while none is, nothing runs.
 */
export class DawnEvents {
  readonly #dawn: DawnLibrary;
  readonly #instance: Pointer;
  readonly #pending = new Map<number, (reply: DawnReply) => void>();
  readonly #registered: Readonly<Record<DawnCallback, bigint>>;
  #nextId = 1;
  #polling = false;
  #eagerUntil = 0;
  #onDevice: (reply: DawnReply & { readonly kind: 'lost' | 'error' }) => void = () => undefined;

  constructor(dawn: DawnLibrary, instance: Pointer) {
    this.#dawn = dawn;
    this.#instance = instance;
    const { koffi, callbacks } = dawn;
    const register = (kind: DawnCallback, callback: (...args: never[]) => void): bigint =>
      koffi.register(callback, callbacks[kind]);
    const settle = (id: number, reply: Partial<DawnReply>): void => {
      const waiting = this.#pending.get(id);
      this.#pending.delete(id);
      waiting?.({ status: 0, object: null, type: 0, message: '', ...reply });
    };
    const withObject = (status: number, object: Pointer | null, text: StringView, id: number) =>
      settle(id, { status, object, message: this.text(text) });
    this.#registered = {
      adapter: register('adapter', withObject),
      pipeline: register('pipeline', withObject),
      mapped: register('mapped', (status: number, text: StringView, id: number) =>
        settle(id, { status, message: this.text(text) }),
      ),
      workDone: register('workDone', (status: number, text: StringView, id: number) =>
        settle(id, { status, message: this.text(text) }),
      ),
      scope: register('scope', (status: number, type: number, text: StringView, id: number) =>
        settle(id, { status, type, message: this.text(text) }),
      ),
      device: register(
        'device',
        (_device: Pointer, type: number, text: StringView, isError: number) =>
          this.#onDevice({
            kind: isError === 1 ? 'error' : 'lost',
            status: 0,
            object: null,
            type,
            message: this.text(text),
          }),
      ),
    };
  }

  /** Calls back for losses and uncaptured errors of the device that was made with `deviceCallbacks`. */
  set onDevice(listener: (reply: DawnReply & { readonly kind: 'lost' | 'error' }) => void) {
    this.#onDevice = listener;
  }

  /** The two callbacks of a device descriptor. */
  get deviceCallbacks(): { readonly lost: object; readonly error: object } {
    const callback = this.#registered.device;
    return {
      lost: { next: null, mode: PROCESS_EVENTS, callback, user1: 0, user2: 0 },
      error: { next: null, callback, user1: 1, user2: 0 },
    };
  }

  /** Starts an operation with the callback information that it is given; its reply is the result. */
  request(kind: DawnCallback, start: (info: object) => void): Promise<DawnReply> {
    const id = this.#nextId++;
    return new Promise((resolve) => {
      this.#pending.set(id, resolve);
      this.#eagerUntil = performance.now() + EAGER_MS;
      const callback = this.#registered[kind];
      start({ next: null, mode: PROCESS_EVENTS, callback, user1: id, user2: 0 });
      this.#poll();
    });
  }

  /** Processes what has happened by now: a loss of the device is told here. */
  process(): void {
    this.#dawn.call.wgpuInstanceProcessEvents(this.#instance);
  }

  /** Unregisters the callbacks. Replies that are still awaited never come. */
  close(): void {
    this.#pending.clear();
    for (const callback of Object.values(this.#registered)) this.#dawn.koffi.unregister(callback);
  }

  /** A string of the library, copied. */
  text({ data, length }: StringView): string {
    if (data === null || typeof data === 'string' || Number(length) === 0)
      return typeof data === 'string' ? data : '';
    return this.#dawn.koffi.decode(data, 'char', Number(length)) as string;
  }

  #poll(): void {
    if (this.#polling) return;
    this.#polling = true;
    const turn = (): void => {
      if (this.#pending.size > 0) this.process();
      if (this.#pending.size === 0) {
        this.#polling = false;
      } else if (performance.now() < this.#eagerUntil) {
        setImmediate(turn);
      } else {
        setTimeout(turn, 1);
      }
    };
    setImmediate(turn);
  }
}
