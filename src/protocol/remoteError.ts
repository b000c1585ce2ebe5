import { CancelledError } from './cancellation.ts';
import type { WireError } from './envelope.ts';

/** An error that was thrown on the other side; `name` and `code` are those it had there. */
export class RemoteError extends Error {
  override readonly name: string;
  readonly code: string | undefined;

  constructor(error: WireError) {
    super(error.message);
    this.name = error.name;
    this.code = error.code;
  }
}

/** The other side is gone, or this side has let go of it: the call will never be answered. */
export class DisconnectedError extends Error {
  override readonly name = 'DisconnectedError';
}

/** Any thrown value as plain data. The stack stays where it was thrown. */
export function toWire(thrown: unknown): WireError {
  if (!(thrown instanceof Error)) return { name: 'Error', message: String(thrown) };
  const code: unknown = (thrown as { code?: unknown }).code;
  return typeof code === 'string'
    ? { name: thrown.name, message: thrown.message, code }
    : { name: thrown.name, message: thrown.message };
}

/** The error to throw on this side. */
export function fromWire(error: WireError): Error {
  return error.name === 'CancelledError' ? new CancelledError() : new RemoteError(error);
}
