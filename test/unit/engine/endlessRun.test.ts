import { afterAll, describe, expect, it } from 'vitest';
import { childrenOf, ticksOf } from '../../fixtures/childProcesses.ts';
import { searchRequest } from '../../fixtures/searchRequest.ts';
import { seededRandom } from '../../fixtures/seededRandom.ts';
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
  const WIDTH = 32;
  const random = seededRandom(5);
  const values = Float64Array.from({ length: WIDTH * WIDTH }, () => random.normal());
  // A loop of 2^62 turns.
  const endless = writeProduct(folder, 'endless.onnx', {
    initializers: [{ name: 'w', dims: [WIDTH, WIDTH], values }],
    inputs: [{ name: 'x', dims: ['batch', WIDTH] }],
    outputs: [{ name: 'y', dims: ['batch', WIDTH] }],
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
                { name: 'before', dims: ['batch', WIDTH] },
              ],
              outputs: [
                { name: 'still', dims: [], dtype: 'bool' },
                { name: 'after', dims: ['batch', WIDTH] },
              ],
              nodes: [op('Identity', ['going'], 'still'), op('Neg', ['before'], 'after')],
            },
          },
        },
      },
      op('MatMul', ['last', 'w'], 'y'),
    ],
  });

  /** The processes of both models, once one of them is well into a run. */
  const busyRunners = async (started: Promise<void>): Promise<readonly number[]> => {
    await started;
    const pids = childrenOf(engine.pid!);
    const before = pids.map(ticksOf);
    while (pids.every((pid, k) => ticksOf(pid) - before[k]! < 20))
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
    'is cancelled in a search, whose process ends',
    async () => {
      const abort = new AbortController();
      const phases: string[] = [];
      const outcome = engine
        .search(searchRequest(endless, [], { samples: 2 }), {
          signal: abort.signal,
          onProgress: ({ phase }) => phases.push(phase),
        })
        .then(
          () => undefined,
          (thrown: unknown) => thrown as Error,
        );
      // More than it takes to start and to load a model of this size.
      const busy = (pid: number): boolean => ticksOf(pid) > 100;
      const runner = await new Promise<number>((resolve) => {
        const look = (): void => {
          const pid = engine.pid === undefined ? undefined : childrenOf(engine.pid).find(busy);
          if (pid === undefined) setImmediate(look);
          else resolve(pid);
        };
        look();
      });
      abort.abort();
      expect((await outcome)?.name).toBe('CancelledError');
      expect(childrenOf(engine.pid!)).not.toContain(runner);
      expect([...new Set(phases)]).toEqual(['weights']);
    },
  );

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
