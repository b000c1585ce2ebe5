/** A method of an API: one plain request, an optional context that stays on this side, a promise. */
export type Method = (request: never, context?: never) => Promise<unknown>;

type MethodName<Api> = {
  [M in keyof Api & string]: Api[M] extends Method ? M : never;
}[keyof Api & string];

type RequestOf<F> = F extends (request: infer R, ...rest: never[]) => unknown ? R : undefined;
type ResultOf<F> = F extends (...args: never[]) => Promise<infer R> ? R : never;

/** Every call that can be made of an API, one member a method. */
export type CallEnvelope<Api> = {
  [M in MethodName<Api>]: { kind: 'call'; id: number; method: M; request: RequestOf<Api[M]> };
}[MethodName<Api>];

/** Every answer an API can give, one member a method. */
export type ResultEnvelope<Api> = {
  [M in MethodName<Api>]: { kind: 'result'; id: number; value: ResultOf<Api[M]> };
}[MethodName<Api>];

/** An error as plain data. */
export interface WireError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
}

export type Envelope<Api = Record<string, Method>> =
  | CallEnvelope<Api>
  | ResultEnvelope<Api>
  | { kind: 'progress'; id: number; progress: unknown }
  | { kind: 'cancel'; id: number }
  | { kind: 'error'; id: number; error: WireError };

const KINDS = new Set(['call', 'result', 'progress', 'cancel', 'error']);

/** Whether a message that came over a channel is an envelope at all; anything else is ignored. */
export function isEnvelope(message: unknown): message is Envelope {
  if (typeof message !== 'object' || message === null) return false;
  const { kind, id } = message as { kind?: unknown; id?: unknown };
  return typeof kind === 'string' && KINDS.has(kind) && typeof id === 'number';
}
