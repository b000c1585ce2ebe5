import * as fs from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { testEngine } from '../../fixtures/testEngine.ts';
import { constant } from '../../fixtures/onnxModel.ts';
import { op } from '../../fixtures/onnxParts.ts';
import { verifyRequest, writeProduct } from '../../fixtures/verifyModels.ts';

const folder = tempFolder();
const engine = testEngine();
afterAll(() => engine.dispose());

const plain = writeProduct(folder, 'plain.onnx');

describe('a run that does not end', () => {
  // A loop of 2^62 turns.
  const endless = writeProduct(folder, 'endless.onnx', {
    nodes: [
      constant({ name: 'turns', dims: [], dtype: 'int64', values: [2 ** 62] }),
      constant({ name: 'go', dims: [], dtype: 'bool', values: [1] }),
      {
        op: 'Loop',
        inputs: ['turns', 'go', 'x'],
        outputs: ['last'],
        attributes: {
          body: {
            graph: {
              inputs: [
                { name: 'turn', dims: [], dtype: 'int64' },
                { name: 'going', dims: [], dtype: 'bool' },
                { name: 'before', dims: ['batch', 4] },
              ],
              outputs: [
                { name: 'still', dims: [], dtype: 'bool' },
                { name: 'after', dims: ['batch', 4] },
              ],
              nodes: [op('Identity', ['going'], 'still'), op('Neg', ['before'], 'after')],
            },
          },
        },
      },
      op('MatMul', ['last', 'w'], 'y'),
    ],
  });

  const runners = (): readonly number[] => {
    const children = `/proc/${engine.pid}/task/${engine.pid}/children`;
    return fs.readFileSync(children, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  };
  const ticks = (pid: number): number =>
    Number(fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')[11]);

  /** The processes of both models, once one of them is well into a run. */
  const busyRunners = async (started: Promise<void>): Promise<readonly number[]> => {
    await started;
    const pids = runners();
    const before = pids.map(ticks);
    while (pids.every((pid, k) => ticks(pid) - before[k]! < 20))
      await new Promise((resolve) => setImmediate(resolve));
    return pids;
  };

  /** The call, and when the first run is about to begin. */
  const begun = (signal?: AbortSignal) => {
    let begin = (): void => undefined;
    const started = new Promise<void>((resolve) => (begin = resolve));
    const outcome = engine
      .verify(verifyRequest(endless, endless), {
        ...(signal ? { signal } : {}),
        onProgress: ({ phase }) => {
          if (phase === 'running') begin();
        },
      })
      .then(
        () => undefined,
        (thrown: unknown) => thrown as Error & { code: string },
      );
    return { outcome, pids: busyRunners(started) };
  };

  const gone = async (pid: number): Promise<void> => {
    for (;;) {
      try {
        process.kill(pid, 0);
      } catch {
        return;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  it.runIf(process.platform === 'linux')('is cancelled, and its processes end', async () => {
    const abort = new AbortController();
    const { outcome, pids } = begun(abort.signal);
    expect(await pids).toHaveLength(2);
    abort.abort();
    expect((await outcome)?.name).toBe('CancelledError');
    await Promise.all((await pids).map(gone));
  });

  it.runIf(process.platform === 'linux')(
    'and whose process dies is said to have ended; the engine lives on',
    async () => {
      const before = engine.pid;
      const { outcome, pids } = begun();
      process.kill(Math.min(...(await pids)), 'SIGKILL');
      const error = await outcome;
      expect([error?.name, error?.code]).toEqual(['VerifyError', 'ended']);
      expect(error!.message).toMatch(
        /endless\.onnx: the process that ran it in ONNX Runtime ended \(signal SIGKILL\)/,
      );
      expect(engine.pid).toBe(before);
      expect((await engine.verify(verifyRequest(plain, plain))).passed).toBe(true);
    },
  );

  it.runIf(process.platform === 'linux')('ends with the engine', async () => {
    const { outcome, pids } = begun();
    const all = await pids;
    process.kill(engine.pid!, 'SIGKILL');
    expect((await outcome)?.name).toBe('DisconnectedError');
    await Promise.all(all.map(gone));
  });
});
