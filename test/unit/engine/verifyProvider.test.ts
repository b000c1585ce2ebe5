import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseVerification } from '../../../src/core/report/verification/parseVerification.ts';
import type { Verification } from '../../../src/core/report/verification/verification.ts';
import { nodePlacement } from '../../../src/engine/nodePlacement.ts';
import { op } from '../../fixtures/onnxParts.ts';
import { vulkan } from '../../fixtures/softwareGpu.ts';
import { softwareVulkanVariables, suiteEnvironment } from '../../fixtures/softwareWebgpu.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { testEngine } from '../../fixtures/testEngine.ts';
import { PRODUCT_WEIGHT, verifyRequest, writeProduct } from '../../fixtures/verifyModels.ts';

const folder = tempFolder();
const plain = writeProduct(folder, 'plain.onnx');
const scaled = writeProduct(
  folder,
  'scaled.onnx',
  {},
  PRODUCT_WEIGHT.map((value) => value * 1.5),
);

describe('the CPU', () => {
  const engine = testEngine();
  afterAll(() => engine.dispose());

  it('is named, and no node can be elsewhere', async () => {
    const found = await engine.verify(verifyRequest(plain, plain));
    expect([found.settings.provider, found.placement]).toEqual(['cpu', undefined]);
    expect(found.outputs[0]!.relativeL2!.worst).toBe(0);
  });
});

describe('an execution provider that cannot run', () => {
  // A driver that is not there: whatever the machine has, Vulkan finds no adapter.
  suiteEnvironment({ VK_ICD_FILENAMES: path.join(folder, 'nowhere.json') });
  const engine = testEngine();
  afterAll(() => engine.dispose());
  const refusal = (provider: string): Promise<{ code: string; message: string }> =>
    engine.verify(verifyRequest(plain, plain, { provider })).then(
      () => expect.fail('It was not refused.'),
      (error: unknown) => error as { code: string; message: string },
    );

  it('is refused with those that there are, where the build does not have it', async () => {
    const { code, message } = await refusal('nonesuch');
    expect(code).toBe('no-provider');
    expect(message).toMatch(
      /^ONNX Runtime has no execution provider 'nonesuch' here: onnxruntime-node \d\S+ for \S+ has cpu\b.*; choose one with --provider, in VS Code with the setting eigenscope\.verify\.provider\.$/,
    );
  });

  it.runIf(`${process.platform}-${process.arch}` === 'linux-x64')(
    'is refused with what it needs, where it does not start',
    async () => {
      const { code, message } = await refusal('webgpu');
      expect(code).toBe('no-provider');
      expect(message).toMatch(
        /^ONNX Runtime's execution provider 'webgpu' does not start here: Failed to get a WebGPU adapter: No supported adapters\. It needs a graphics card with a driver for Vulkan, .* cpu runs everywhere: .* has cpu, webgpu\b.*; choose one with --provider/,
      );
    },
  );
});

describe.runIf(vulkan)('webgpu on the software Vulkan', () => {
  const temporary = path.join(folder, 'temporary');
  fs.mkdirSync(temporary);
  suiteEnvironment({ ...softwareVulkanVariables(), TMPDIR: temporary });
  const engine = testEngine();
  afterAll(() => engine.dispose());
  const verify = (a: string, b: string): Promise<Verification> =>
    engine.verify(verifyRequest(a, b, { provider: 'webgpu' }));

  // webgpu has no kernel for Hardmax.
  const mixed = writeProduct(folder, 'mixed.onnx', {
    nodes: [op('MatMul', ['x', 'w'], 'p'), op('Hardmax', ['p'], 'y')],
  });
  const foreign = writeProduct(folder, 'foreign.onnx', {
    nodes: [op('Hardmax', ['x'], 'y')],
    outputs: [{ name: 'y', dims: ['batch', 4] }],
  });
  const onGpu = { provider: 1, cpu: 0, cpuOperators: [] };
  const partly = { provider: 1, cpu: 1, cpuOperators: ['Hardmax'] };
  const apart = { provider: 0, cpu: 1, cpuOperators: ['Hardmax'] };

  it('gives the figures of arithmetic, and leaves nothing behind', async () => {
    const found = await verify(plain, scaled);
    expect(found.settings.provider).toBe('webgpu');
    expect(found.outputs[0]!.relativeL2!.mean).toBeCloseTo(0.5, 5);
    expect(found.placement).toEqual({ a: onGpu, b: onGpu });
    expect(found.notes.filter((note) => note.includes('the CPU'))).toEqual([]);
    expect(parseVerification(JSON.stringify(found), 'it')).toEqual(found);
    expect(fs.readdirSync(temporary)).toEqual([]);
  });

  it.each([
    ['some of its nodes', mixed, mixed, partly, partly, ['1 of the 2 nodes of MIXED']],
    ['one model has none of', plain, mixed, onGpu, partly, ['1 of the 2 nodes of MIXED']],
    ['all of them', foreign, foreign, apart, apart, ['None of the 1 node of FOREIGN']],
  ])('says what ran on the CPU instead: %s', async (_what, fileA, fileB, a, b, said) => {
    const { placement, notes } = await verify(fileA, fileB);
    expect(placement).toEqual({ a, b });
    expect(notes.filter((note) => note.includes('ran on webgpu'))).toEqual(
      said.map(
        (text) =>
          `${text.replace('MIXED', mixed).replace('FOREIGN', foreign)} ran on webgpu; ONNX Runtime gave the CPU the others: Hardmax.`,
      ),
    );
  });

  it('says of a model that it does not load that this was on webgpu', async () => {
    const unknown = writeProduct(folder, 'unknown.onnx', {
      nodes: [op('NoSuchOperator', ['x', 'w'], 'y')],
    });
    await expect(verify(plain, unknown)).rejects.toMatchObject({
      code: 'rejected',
      message: expect.stringMatching(
        /does not load .*unknown\.onnx on webgpu: .*NoSuchOperator/,
      ) as string,
    });
  });
});

describe('what a profile says', () => {
  const node = (name: string, index: string, operator: string, provider: string) => ({
    cat: 'Node',
    name,
    args: { op_name: operator, provider, node_index: index },
  });
  const [gpu, cpu] = ['WebGpuExecutionProvider', 'CPUExecutionProvider'];
  it.each<[string, string | undefined, ReturnType<typeof nodePlacement>]>([
    ['no file', undefined, null],
    ['an empty file', '', null],
    ['no list', '{"cat": "Node"}', null],
    ['no nodes', '[{"cat": "Session", "name": "load"}, null, 3, {"cat": "Node"}]', null],
    [
      'a node that a loop ran twice, copies, and two of one operator',
      JSON.stringify([
        node('a', '0', 'MatMul', gpu),
        node('a', '0', 'MatMul', gpu),
        node('m', '9', 'MemcpyToHost', gpu),
        node('b', '1', 'Clip', cpu),
        node('b', '2', 'Clip', cpu),
        node('c', '1', 'Cast', cpu),
      ]),
      { provider: 1, cpu: 3, cpuOperators: ['Cast', 'Clip'] },
    ],
  ])('%s', (name, text, expected) => {
    const file = path.join(folder, `${name}.json`);
    if (text !== undefined) fs.writeFileSync(file, text);
    expect(nodePlacement(file)).toEqual(expected);
  });
});
