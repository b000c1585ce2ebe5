import { describe, expect, it } from 'vitest';
import { CancelledError } from '../../../src/protocol/cancellation.ts';
import type { Channel } from '../../../src/protocol/channel.ts';
import { connect } from '../../../src/protocol/rpc.ts';

interface Calculator {
  square(request: number, context?: { onProgress?: (p: string) => void }): Promise<number>;
  fail(request: string): Promise<never>;
  wait(request: undefined, context?: { signal?: AbortSignal }): Promise<string>;
}

/** Two channel ends in memory; messages are cloned and arrive later, as over a process boundary. */
function channelPair(): [Channel, Channel] {
  const listeners = [new Set<(m: unknown) => void>(), new Set<(m: unknown) => void>()] as const;
  const end = (mine: 0 | 1): Channel => ({
    post: (message) => {
      const copy: unknown = structuredClone(message);
      queueMicrotask(() => {
        for (const listener of listeners[mine === 0 ? 1 : 0]) listener(copy);
      });
    },
    onMessage: (listener) => {
      listeners[mine].add(listener);
      return () => listeners[mine].delete(listener);
    },
  });
  return [end(0), end(1)];
}

const calculator = {
  square(request: number, context: { onProgress?: (p: string) => void }) {
    context.onProgress?.('half way');
    return Promise.resolve(request * request);
  },
  fail: (request: string) =>
    Promise.reject(Object.assign(new RangeError(request), { code: 'out-of-range' })),
  wait: (_request: undefined, context: { signal?: AbortSignal }) =>
    new Promise<string>((_resolve, reject) => {
      context.signal?.addEventListener('abort', () => reject(new CancelledError()));
    }),
};

function connected() {
  const [here, there] = channelPair();
  const server = connect<object>(there, calculator);
  const client = connect<Calculator>(here, {});
  return { here, server, client, remote: client.remote };
}

describe('rpc', () => {
  it('answers a call and reports its progress', async () => {
    const seen: string[] = [];
    const { remote } = connected();
    expect(await remote.square(7, { onProgress: (p) => seen.push(p) })).toBe(49);
    expect(seen).toEqual(['half way']);
  });

  it('keeps answers with their calls when many are under way', async () => {
    const { remote } = connected();
    const answers = await Promise.all([1, 2, 3, 4].map((n) => remote.square(n)));
    expect(answers).toEqual([1, 4, 9, 16]);
  });

  it('carries name, message and code of an error', async () => {
    const { remote } = connected();
    await expect(remote.fail('too far')).rejects.toMatchObject({
      name: 'RangeError',
      message: 'too far',
      code: 'out-of-range',
    });
  });

  it('cancels on the other side, and rejects with CancelledError', async () => {
    const abort = new AbortController();
    const { remote } = connected();
    const call = remote.wait(undefined, { signal: abort.signal });
    abort.abort();
    await expect(call).rejects.toBeInstanceOf(CancelledError);
  });

  it('cancels a call whose signal was aborted before it was made', async () => {
    const { remote } = connected();
    await expect(remote.wait(undefined, { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(
      CancelledError,
    );
  });

  it('rejects pending and later calls when it is disposed', async () => {
    const { client, remote } = connected();
    const pending = remote.wait(undefined);
    client.dispose('The engine ended.');
    await expect(pending).rejects.toMatchObject({
      name: 'DisconnectedError',
      message: 'The engine ended.',
    });
    await expect(remote.square(1)).rejects.toMatchObject({ name: 'DisconnectedError' });
  });

  it.each(['constructor', 'toString', 'hasOwnProperty', 'missing'])(
    'does not let the other side call %s',
    async (method) => {
      const { remote } = connected();
      const call = (remote as unknown as Record<string, (r: unknown) => Promise<unknown>>)[method]!;
      await expect(call({})).rejects.toThrow(`There is no method '${method}'.`);
    },
  );

  it.each([
    null,
    7,
    'text',
    {},
    { kind: 'call' },
    { kind: 'other', id: 1 },
    { kind: 'result', id: 99 },
  ])('ignores the stray message %j', async (stray) => {
    const { here, remote } = connected();
    here.post(stray);
    expect(await remote.square(3)).toBe(9);
  });
});
