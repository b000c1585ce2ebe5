import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { CompressProgress, CompressRequest } from '../../../src/engine/engineApi.ts';
import { DEFAULT_PLAN_SETTINGS } from '../../../src/core/plan/planRequest.ts';
import { markOf, unfinishedFolder } from '../../../src/core/rewrite/unfinishedFolder.ts';
import { writeOnnx } from '../../fixtures/onnxModel.ts';
import { op } from '../../fixtures/onnxParts.ts';
import { planOf, writePlan } from '../../fixtures/planFile.ts';
import { seededRandom } from '../../fixtures/seededRandom.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { DIST, testEngine } from '../../fixtures/testEngine.ts';
import { verifyRequest } from '../../fixtures/verifyModels.ts';

const folder = tempFolder();
const engine = testEngine(path.join(folder, '.cache'));
afterAll(() => engine.dispose());

const random = seededRandom(5);

/** A chain of products with `sides.length - 1` weights, w0 of [sides[0], sides[1]] and so on. */
function writeChain(
  name: string,
  sides: readonly number[],
  values: (rows: number, cols: number) => Float64Array,
): string {
  const weights = sides.slice(1).map((cols, k) => ({
    name: `w${k}`,
    dims: [sides[k]!, cols],
    values: values(sides[k]!, cols),
  }));
  return writeOnnx(folder, name, {
    nodes: weights.map((weight, k) =>
      op(
        'MatMul',
        [k === 0 ? 'x' : `h${k}`, weight.name],
        k === weights.length - 1 ? 'y' : `h${k + 1}`,
      ),
    ),
    initializers: weights,
    inputs: [{ name: 'x', dims: ['batch', sides[0]!] }],
    outputs: [{ name: 'y', dims: ['batch', sides.at(-1)!] }],
  });
}

const gaussian = (rows: number, cols: number): Float64Array =>
  Float64Array.from({ length: rows * cols }, () => random.normal() / Math.sqrt(rows));

const RANK = 6;

/** A product of two Gaussian factors. */
function planted(rows: number, cols: number): Float64Array {
  const [left, right] = [gaussian(rows, RANK), gaussian(RANK, cols)];
  const values = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < RANK; k++)
      for (let j = 0; j < cols; j++)
        values[i * cols + j]! += left[i * RANK + k]! * right[k * cols + j]!;
  return values;
}

const request = (file: string, output: string, plan: CompressRequest['plan']): CompressRequest => ({
  file,
  plan,
  planFile: 'p.eigenplan.json',
  output: path.join(folder, output),
  replace: false,
  memoryLimit: 0,
});

const chain = writeChain('chain.onnx', [48, 64, 40], gaussian);
// Factors of its one weight take seconds.
const large = writeChain('large.onnx', [1100, 1100], gaussian);

describe('what compress says', () => {
  it('is each layer in turn, then the check', async () => {
    const plan = await planOf(chain, ({ tensor }) =>
      tensor === 'w0' ? { action: 'lowrank', rank: 8 } : { action: 'quantize', bits: 8, block: 32 },
    );
    const told: CompressProgress[] = [];
    const done = await engine.compress(request(chain, 'told.onnx', plan), {
      onProgress: (progress) => void told.push(progress),
    });
    const ofPhase = (phase: CompressProgress['phase']): string[] =>
      told
        .filter((each) => each.phase === phase)
        .map(({ done: k, total, layer }) => `${k}/${total} ${layer}`.trim());
    expect(ofPhase('solving').at(-1)).toBe('1/1');
    expect(ofPhase('writing')).toEqual(['0/2 w0', '1/2 w1']);
    expect(ofPhase('checking')).toEqual(['0/1', '1/1']);
    expect(done.layers.map(({ tensor, action, refused }) => [tensor, action, refused])).toEqual([
      ['w0', 'lowrank', ''],
      ['w1', 'quantize', ''],
    ]);
  });

  it('is why a layer was left as it is', async () => {
    const plan = await planOf(chain, () => ({ action: 'quantize', bits: 2, block: 8 }));
    const { layers, bytes } = await engine.compress(request(chain, 'left.onnx', plan));
    expect(layers.map(({ planned: what, action }) => [what, action])).toEqual([
      ['quantize', 'keep'],
      ['quantize', 'keep'],
    ]);
    expect(layers[0]!.refused).toMatch(/^2 bits in blocks of 8 are only for weights/);
    expect(bytes.written).toBe(bytes.before);
  });
});

it('a weight of exact rank is cut to it, and the outputs stay within 1e-5', async () => {
  const file = writeChain('planted.onnx', [60, 80, 50], planted);
  const plan = await engine.plan({
    file,
    axis: 'lowrank',
    method: 'error-optimal',
    target: { kind: 'error', value: 1e-6 },
    settings: DEFAULT_PLAN_SETTINGS,
    seed: 1,
    memoryLimit: 0,
    failed: {},
    locked: [],
  });
  expect(plan.layers.map((layer) => layer.action === 'lowrank' && layer.rank)).toEqual([
    RANK,
    RANK,
  ]);
  const { layers } = await engine.compress(request(file, 'cut.onnx', plan));
  for (const { error } of layers) expect(error.measured).toBeLessThan(3e-7);
  const maxError = 1e-5;
  const { passed, outputs } = await engine.verify(
    verifyRequest(file, path.join(folder, 'cut.onnx'), { maxError }),
  );
  expect([passed, outputs.length]).toEqual([true, 1]);
  expect(outputs[0]!.relativeL2!.worst).toBeGreaterThan(0);
});

const names = (): string[] => fs.readdirSync(folder).sort();
const half = { action: 'lowrank', rank: 400 } as const;

describe('an end in the middle leaves nothing behind', () => {
  /** Compresses the large model, and does that when the work on its weight has begun. */
  async function interrupted(
    act: (abort: AbortController, client: typeof engine) => void,
  ): Promise<unknown> {
    const client = testEngine(path.join(folder, '.cache'));
    const abort = new AbortController();
    const plan = await planOf(large, () => half);
    const before = names();
    try {
      await client.compress(request(large, 'out.onnx', plan), {
        signal: abort.signal,
        onProgress: ({ phase }) => {
          if (phase === 'writing') act(abort, client);
        },
      });
      return undefined;
    } catch (error) {
      expect(names()).toEqual(before);
      return error;
    } finally {
      client.dispose();
    }
  }

  it('when it is cancelled', async () => {
    const error = await interrupted((abort) => abort.abort());
    expect(error).toMatchObject({ name: 'CancelledError' });
  });

  it('when the engine is killed', async () => {
    const error = await interrupted((_, { pid }) => process.kill(pid!, 'SIGKILL'));
    expect(error).toMatchObject({
      name: 'EngineError',
      message: expect.stringMatching(
        /out\.onnx was written: signal SIGKILL\. Nothing was written\.$/,
      ) as string,
    });
  });

  it.each(['SIGKILL', 'SIGINT'] as const)('when the command line gets %s', async (signal) => {
    const plan = await writePlan(path.join(folder, 'p.json'), large, () => half);
    const before = names();
    const args = [path.join(DIST, 'cli.mjs'), 'compress', large, '--plan', plan, '-o', 'out.onnx'];
    const child = spawn(process.execPath, [...args, '--cache', '.cache'], {
      cwd: folder,
      stdio: 'ignore',
    });
    const ended = new Promise((resolve) => child.on('exit', (code, by) => resolve(by ?? code)));
    await vi.waitFor(
      () => expect(names().some((name) => name.startsWith('.out.onnx.'))).toBe(true),
      30_000,
    );
    child.kill(signal);
    expect(await ended).toBe(signal === 'SIGINT' ? 130 : signal);
    await vi.waitFor(() => expect(names()).toEqual(before), 10_000);
  });

  it('and what a dead process has left goes with the next attempt, once it is old', async () => {
    const output = path.join(folder, 'again.onnx');
    // No process has such an id.
    const [old, young] = ['aa', 'bb'].map((random) =>
      unfinishedFolder(output, markOf(2 ** 22 + 1, random)),
    );
    const alive = unfinishedFolder(output, markOf(process.pid, 'cc'));
    for (const each of [old!, young!, alive]) fs.mkdirSync(each);
    for (const each of [old!, alive]) fs.utimesSync(each, 0, 0);
    await engine.compress(
      request(chain, 'again.onnx', await planOf(chain, () => ({ action: 'keep' }))),
    );
    expect([old!, young!, alive].map((each) => fs.existsSync(each))).toEqual([false, true, true]);
  });
});
