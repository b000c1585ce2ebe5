import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createEngineClient } from '../../../src/engine/client.ts';
import { DEFAULT_PLAN_SETTINGS } from '../../../src/core/plan/planRequest.ts';
import type { PlanModelRequest } from '../../../src/engine/engineApi.ts';
import { seededRandom } from '../../fixtures/seededRandom.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { analyzeRequest, DIST } from '../../fixtures/testEngine.ts';
import { writeProduct } from '../../fixtures/verifyModels.ts';

const folder = tempFolder();
const WIDTH = 64;
const random = seededRandom(9);
const model = writeProduct(folder, 'model.onnx', {
  initializers: [
    {
      name: 'w',
      dims: [WIDTH, WIDTH],
      values: Float64Array.from({ length: WIDTH * WIDTH }, () => random.normal()),
    },
  ],
  inputs: [{ name: 'x', dims: ['batch', WIDTH] }],
  outputs: [{ name: 'y', dims: ['batch', WIDTH] }],
});
const lines: string[] = [];
const client = createEngineClient({
  dist: DIST,
  cacheDir: '',
  version: '0.0.0-test',
  workers: 1,
  backend: 'wasm',
  idleSeconds: 0.05,
  log: (line) => lines.push(line),
});
afterAll(() => client.dispose());

const planned: PlanModelRequest = {
  file: model,
  axis: 'bits',
  method: 'error-optimal',
  target: { kind: 'bits', value: 8.5 },
  settings: DEFAULT_PLAN_SETTINGS,
  seed: 1,
  memoryLimit: 0,
  failed: {},
  locked: [],
};

/** Keeps this thread from everything else until the process is dead, which the client so far cannot have seen. */
function blockUntilDead(pid: number): void {
  const state = (): string => fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]![0]!;
  while (state() !== 'Z');
}

/** An engine that was used, and has ended for want of calls while this thread was busy. */
async function endedEngine(): Promise<number> {
  await client.analyze(analyzeRequest(model));
  const pid = client.pid!;
  blockUntilDead(pid);
  expect(client.pid).toBe(pid);
  return pid;
}

describe.runIf(process.platform === 'linux')(
  'an engine that ended unseen while its shell was busy',
  () => {
    it.each<[string, () => Promise<unknown>, object]>([
      [
        'an analysis',
        () => client.analyze(analyzeRequest(model)),
        { summary: { analyzed: 1, failed: 0 } },
      ],
      [
        'a spectrum',
        () => client.spectrum({ file: model, mode: 'robust', id: 'w' }),
        { singularValues: { length: WIDTH } },
      ],
      ['a plan', () => client.plan(planned), { axis: 'bits' }],
    ])('is started anew for %s', async (_what, call, expected) => {
      const before = await endedEngine();
      const answered = call();
      // The thread comes to the news of the end only after the call was made.
      expect(client.pid).toBe(before);
      const answer = await answered;
      expect(answer).toMatchObject(expected);
      expect(client.pid).not.toBe(before);
    });

    it('is started anew for a compression', async () => {
      const plan = await client.plan(planned);
      const before = await endedEngine();
      const output = path.join(folder, 'smaller.onnx');
      const { files } = await client.compress({
        file: model,
        plan,
        planFile: 'p.eigenplan.json',
        output,
        replace: false,
        memoryLimit: 0,
      });
      expect(files.map(({ file }) => file)).toEqual([output]);
      expect(client.pid).not.toBe(before);
    });

    it('is said to have ended as an idle one does', () => {
      expect(new Set(lines)).toEqual(new Set(['The engine ended: exit code 0.']));
    });
  },
);
