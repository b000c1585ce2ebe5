import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../src/core/checkpoint/openCheckpoint.ts';
import type { Verification } from '../../../src/core/report/verification/verification.ts';
import { DEFAULT_MAX_ERROR, type VerifyRequest } from '../../../src/engine/engineApi.ts';
import { constant, writeOnnx, type ModelSpec } from '../../fixtures/onnxModel.ts';
import { floatNpy, zipFile } from '../../fixtures/inputArchives.ts';
import { integers, op } from '../../fixtures/onnxParts.ts';
import { REAL_MODELS } from '../../fixtures/realModels.ts';
import { seededRandom } from '../../fixtures/seededRandom.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { testEngine } from '../../fixtures/testEngine.ts';

const folder = tempFolder();
const engine = testEngine();
afterAll(() => engine.dispose());

function request(a: string, b: string, changes: Partial<VerifyRequest> = {}): VerifyRequest {
  return {
    a,
    b,
    inputs: [],
    rows: false,
    samples: 3,
    seed: 1,
    dims: {},
    logits: [],
    maxError: DEFAULT_MAX_ERROR,
    threads: 1,
    ...changes,
  };
}

const verify = (a: string, b: string, changes?: Partial<VerifyRequest>): Promise<Verification> =>
  engine.verify(request(a, b, changes));

/** A copy of a model in which every value of a weight is 0. */
function zeroed(model: string, index: number): { readonly file: string; readonly id: string } {
  const weight = openCheckpoint(model).weights[index]!;
  const bytes = fs.readFileSync(model);
  if (weight.storage.encoding !== 'raw') throw new Error('The test needs raw values.');
  for (const { offset, bytes: length } of weight.storage.segments)
    bytes.fill(0, offset, offset + length);
  const file = path.join(folder, `zeroed-${index}-${path.basename(model)}`);
  fs.writeFileSync(file, bytes);
  return { file, id: weight.id };
}

const random = seededRandom(3);
const WEIGHT = Float64Array.from({ length: 12 }, () => random.normal());

/** y = x W, x of [batch, 4] and W of [4, 3], and what else a case needs. */
function model(name: string, changes: Partial<ModelSpec> = {}, weight = WEIGHT): string {
  return writeOnnx(folder, name, {
    nodes: [op('MatMul', ['x', 'w'], 'y')],
    initializers: [{ name: 'w', dims: [4, 3], values: weight }],
    inputs: [{ name: 'x', dims: ['batch', 4] }],
    outputs: [{ name: 'y', dims: ['batch', 3] }],
    ...changes,
  });
}

const plain = model('plain.onnx');

describe('a model held against itself', () => {
  it.each([
    [
      'PP-OCRv4 recognition',
      REAL_MODELS.ocrRecognition,
      { 'p2o.DynamicDimension.1': 64 },
      ['probabilities'],
    ],
    [
      'PP-OCRv4 detection',
      REAL_MODELS.ocrDetection,
      { 'p2o.DynamicDimension.1': 64, 'p2o.DynamicDimension.2': 96 },
      ['none'],
    ],
    ['Silero v5, with its state', REAL_MODELS.silero5, {}, ['none', 'none']],
  ] as const)('gives exactly 0 on every figure: %s', async (_name, file, dims, distributions) => {
    const found = await verify(file, file, { dims });
    expect(found.passed).toBe(true);
    expect(found.headline).toMatch(/^On synthetic noise, which is weak evidence: /);
    const zero = { mean: 0, low: 0, high: 0, worst: 0, n: 3 };
    const one = { mean: 1, low: 1, high: 1, worst: 1, n: 3 };
    expect(found.outputs.map((output) => output.distribution)).toEqual(distributions);
    for (const output of found.outputs) {
      expect(output).toMatchObject({ relativeL2: zero, maxAbs: zero, cosine: one });
      expect(output.nonFinite).toEqual({ a: 0, b: 0, differing: 0 });
      if (output.distribution === 'probabilities') {
        expect(output.kl).toEqual(zero);
        expect(output.top1).toMatchObject({ mean: 1, worst: 1, n: 3 });
      } else expect([output.kl, output.top1]).toEqual([null, null]);
    }
    expect(found.weights.length).toBeGreaterThan(5);
    expect(new Set(found.weights.map((each) => each.relativeFrobenius))).toEqual(new Set([0]));
    expect(found.latency!.n).toBe(11);
    for (const { peak, baseline } of [found.peakMemory.a, found.peakMemory.b])
      expect(peak).toBeGreaterThan(baseline);
    expect(found.a.bytes).toBe(fs.statSync(file).size);
  });
});

describe('a model with one weight zeroed', () => {
  it.each([
    ['PP-OCRv4 recognition', REAL_MODELS.ocrRecognition, 40],
    ['PP-OCRv4 detection', REAL_MODELS.ocrDetection, 10],
    ['Silero v5, in a branch that is taken', REAL_MODELS.silero5, 14],
  ])('fails, and the weight is named: %s', async (_name, file, index) => {
    const other = zeroed(file, index);
    const found = await verify(file, other.file, { samples: 2 });
    expect(found.passed).toBe(false);
    const changed = found.weights.filter((each) => each.relativeFrobenius !== 0);
    expect(changed).toMatchObject([{ id: other.id, relativeFrobenius: 1, sqnr: 0 }]);
    const [worst] = found.outputs;
    expect(worst!.worstSample!.relativeL2).toBeGreaterThan(DEFAULT_MAX_ERROR);
    expect(worst!.relativeL2!.worst).toBe(worst!.worstSample!.relativeL2);
  });

  it('does not pass where the inputs never reach it', async () => {
    const other = zeroed(REAL_MODELS.silero5, 6);
    const found = await verify(REAL_MODELS.silero5, other.file, { samples: 2 });
    expect(found.outputs.map(({ passed }) => passed)).toEqual([true, true]);
    expect(found.passed).toBe(false);
    expect(found.headline).toMatch(/no output changes by a bit although 1 of 16 weights differ/);
  });
});

describe('figures of a small model', () => {
  const scaled = model(
    'scaled.onnx',
    {},
    WEIGHT.map((value) => value * 1.5),
  );
  const file = path.join(folder, 'x.npz');
  const values = Array.from({ length: 20 }, () => random.normal());
  fs.writeFileSync(
    file,
    zipFile([{ name: 'x.npy', bytes: floatNpy([5, 1, 4], values), deflate: true }]),
  );

  it('are those of arithmetic on inputs that are given', async () => {
    const found = await verify(plain, scaled, { inputs: [file], samples: 0 });
    expect(found.inputs).toMatchObject({ kind: 'given', samples: 5, sources: [file] });
    const [output] = found.outputs;
    expect(output!.relativeL2!.mean).toBeCloseTo(0.5, 6);
    expect(output!.cosine!.worst).toBeCloseTo(1, 12);
    const products = Array.from({ length: 5 }, (_, k) =>
      [0, 1, 2].map((j) =>
        [0, 1, 2, 3].reduce((sum, i) => sum + values[4 * k + i]! * WEIGHT[3 * i + j]!, 0),
      ),
    );
    const largest = products.map((row) => 0.5 * Math.max(...row.map(Math.abs)));
    expect(output!.maxAbs!.worst).toBeCloseTo(Math.max(...largest), 5);
    expect(output!.maxAbs!.mean).toBeCloseTo(largest.reduce((a, b) => a + b, 0) / 5, 5);
    expect(found.headline).toMatch(/^scaled\.onnx against plain\.onnx failed over 5 samples/);
    expect(found.weights).toMatchObject(
      [{ id: 'w', sqnr: 20 * Math.log10(2) }].map(({ id }) => ({ id })),
    );
    expect(found.weights[0]!.sqnr).toBeCloseTo(20 * Math.log10(2), 5);
    expect(found.weights[0]!.relativeSpectral).toBeCloseTo(0.5, 6);
  });

  it('pass under a threshold that allows the difference', async () => {
    expect((await verify(plain, scaled, { maxError: 0.51 })).passed).toBe(true);
    expect((await verify(plain, scaled, { maxError: 0.49 })).passed).toBe(false);
  });

  it('are equal for the same seed, and other for another', async () => {
    const of = async (seed: number) => (await verify(plain, scaled, { seed })).outputs;
    const once = await of(1);
    expect(await of(1)).toEqual(once);
    expect(await of(2)).not.toEqual(once);
  });

  it('read logits where they are told so', async () => {
    const [output] = (await verify(plain, scaled, { logits: ['y'] })).outputs;
    expect(output!.distribution).toBe('logits');
    expect(output!.top1!.mean).toBe(1);
    expect(output!.kl!.mean).toBeGreaterThan(0);
  });

  it('say so where a model differs from itself', async () => {
    const noisy = model('noisy.onnx', {
      nodes: [
        op('MatMul', ['x', 'w'], 'p'),
        op('RandomNormalLike', ['p'], 'r'),
        op('Add', ['p', 'r'], 'y'),
      ],
    });
    const found = await verify(plain, noisy);
    expect(found.passed).toBe(false);
    expect(found.notes.filter((note) => note.includes('when it is run again'))).toEqual([
      `${noisy} gives another 'y' when it is run again on the same sample, so that it differs from itself as well.`,
    ]);
  });
});

describe('models whose outputs differ in kind fail with the reason', () => {
  const logOf = (name: string): string =>
    model(name, { nodes: [op('MatMul', ['x', 'w'], 'p'), op('Log', ['p'], 'y')] });
  it.each([
    [
      'NaN in B alone',
      plain,
      logOf('log.onnx'),
      /'y': on sample 0 B gives \d values that are NaN or infinite, where A gives none/,
    ],
    [
      'NaN in both',
      logOf('log2.onnx'),
      logOf('log3.onnx'),
      /A gives \d and B \d values that are NaN or infinite.*nothing can be shown/,
    ],
    [
      'an output less',
      model('two.onnx', {
        nodes: [op('MatMul', ['x', 'w'], 'y'), op('Relu', ['y'], 'z')],
        outputs: [
          { name: 'y', dims: ['batch', 3] },
          { name: 'z', dims: ['batch', 3] },
        ],
      }),
      plain,
      /'z': A gives it and B does not/,
    ],
    [
      'an output more',
      plain,
      model('more.onnx', {
        nodes: [op('MatMul', ['x', 'w'], 'y'), op('Relu', ['y'], 'z')],
        outputs: [
          { name: 'y', dims: ['batch', 3] },
          { name: 'z', dims: ['batch', 3] },
        ],
      }),
      /'z': B gives it and A does not/,
    ],
    [
      'another shape',
      plain,
      model('shape.onnx', {
        nodes: [op('MatMul', ['x', 'w'], 'p'), op('Transpose', ['p'], 'y', { perm: [1, 0] })],
        outputs: [{ name: 'y', dims: [3, 'batch'] }],
      }),
      /A gives the shape \[1, 3\] and B \[3, 1\]/,
    ],
  ])('%s', async (_what, a, b, reason) => {
    const found = await verify(a, b);
    expect([found.passed, reason.test(found.headline) ? '' : found.headline]).toEqual([false, '']);
  });
});

describe('models that cannot be compared', () => {
  const text = path.join(folder, 'text.onnx');
  fs.writeFileSync(text, 'a line of text, and no model\n');
  const unknown = model('unknown.onnx', { nodes: [op('NoSuchOperator', ['x', 'w'], 'y')] });
  const fixed = model('fixed.onnx', {
    nodes: [op('Reshape', ['x', 's'], 'r'), op('MatMul', ['r', 'w'], 'y')],
    initializers: [{ name: 'w', dims: [4, 3], values: WEIGHT }, integers('s', 7, 4)],
  });
  it.each<[string, string, string, Partial<VerifyRequest>, string, RegExp]>([
    [
      'no model',
      plain,
      text,
      {},
      'CheckpointError wrong-format',
      /text\.onnx is not an ONNX model/,
    ],
    [
      'no file',
      path.join(folder, 'nowhere.onnx'),
      plain,
      {},
      'CheckpointError not-found',
      /nowhere\.onnx does not exist/,
    ],
    [
      'an operator that there is not',
      plain,
      unknown,
      {},
      'VerifyError rejected',
      /ONNX Runtime does not load .*unknown\.onnx: .*NoSuchOperator/,
    ],
    [
      'inputs that it cannot run',
      fixed,
      fixed,
      {},
      'VerifyError rejected',
      /cannot run .*fixed\.onnx on these inputs: .*--dims/,
    ],
    [
      'another name of the input',
      plain,
      model('named.onnx', {
        nodes: [op('MatMul', ['q', 'w'], 'y')],
        inputs: [{ name: 'q', dims: ['batch', 4] }],
      }),
      {},
      'VerifyError interface',
      /named\.onnx has no input 'x'.*it has 'q'/,
    ],
    [
      'another type of the input',
      plain,
      model('typed.onnx', {
        nodes: [op('Cast', ['x'], 'c', { to: 1 }), op('MatMul', ['c', 'w'], 'y')],
        inputs: [{ name: 'x', dims: ['batch', 4], dtype: 'int64' }],
      }),
      {},
      'VerifyError interface',
      /is of float32 in .* and of int64 in/,
    ],
    [
      'an input more',
      plain,
      model('inputs.onnx', {
        nodes: [op('MatMul', ['x', 'w'], 'p'), op('Add', ['p', 'bias'], 'y')],
        inputs: [
          { name: 'x', dims: ['batch', 4] },
          { name: 'bias', dims: [3] },
        ],
      }),
      {},
      'VerifyError interface',
      /takes an input 'bias'/,
    ],
    [
      'inputs that are not there',
      plain,
      plain,
      { inputs: ['nowhere.npz'] },
      'VerifyError inputs',
      /nowhere\.npz do not exist/,
    ],
    [
      'a name in dims that is none',
      plain,
      plain,
      { dims: { width: 3 } },
      'VerifyError inputs',
      /--dims names 'width', but the symbolic axes are 'batch'/,
    ],
    [
      'a name in logits that is none',
      plain,
      plain,
      { logits: ['q'] },
      'VerifyError inputs',
      /--logits names 'q', but the outputs are 'y'/,
    ],
  ])('%s', async (_what, a, b, changes, kind, message) => {
    const error = await verify(a, b, changes).then(
      () => undefined,
      (thrown: unknown) => thrown as Error & { code: string },
    );
    expect([
      `${error?.name} ${error?.code}`,
      message.test(error!.message) ? '' : error?.message,
    ]).toEqual([kind, '']);
  });
});

describe('a run that does not end', () => {
  // A loop of 2^62 turns.
  const endless = model('endless.onnx', {
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
  const twoRunners = async (): Promise<readonly number[]> => {
    for (;;) {
      const pids = runners();
      if (pids.length === 2) return pids;
      await new Promise((resolve) => setImmediate(resolve));
    }
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
    const run = engine.verify(request(endless, endless), { signal: abort.signal });
    const outcome = run.then(
      () => 'done',
      (error: unknown) => (error as Error).name,
    );
    const pids = await twoRunners();
    abort.abort();
    expect(await outcome).toBe('CancelledError');
    await Promise.all(pids.map(gone));
  });

  it.runIf(process.platform === 'linux')(
    'and whose process dies is said to have ended; the engine lives on',
    async () => {
      const before = engine.pid;
      const outcome = engine.verify(request(endless, endless)).then(
        () => undefined,
        (thrown: unknown) => thrown as Error & { code: string },
      );
      const [first] = await twoRunners();
      process.kill(first!, 'SIGKILL');
      const error = await outcome;
      expect([error?.name, error?.code]).toEqual(['VerifyError', 'ended']);
      expect(error!.message).toMatch(
        /endless\.onnx: the process that ran it in ONNX Runtime ended \(signal SIGKILL\)/,
      );
      expect(engine.pid).toBe(before);
      expect((await verify(plain, plain)).passed).toBe(true);
    },
  );

  it.runIf(process.platform === 'linux')('ends with the engine', async () => {
    const outcome = engine.verify(request(endless, endless)).then(
      () => '',
      (thrown: unknown) => (thrown as Error).name,
    );
    const pids = await twoRunners();
    process.kill(engine.pid!, 'SIGKILL');
    expect(await outcome).toBe('DisconnectedError');
    await Promise.all(pids.map(gone));
  });
});
