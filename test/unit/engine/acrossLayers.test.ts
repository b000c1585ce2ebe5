import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../../src/core/report/report.ts';
import { matMul, writeOnnx } from '../../fixtures/onnxModel.ts';
import { seededRandom } from '../../fixtures/seededRandom.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { analyzeRequest, testEngine } from '../../fixtures/testEngine.ts';

const SIZE = 24;
const ODD = 'encoder.layer.3.fc1.weight';
const TRAP = 'encoder.layer.5.fc2.weight';
const BLOCK = 'encoder.layer.8';

/** Ten blocks of two Gaussian layers: one layer ten times as large, one with a huge entry, one block larger. */
function writeBlocks(folder: string): string {
  const random = seededRandom(2);
  const names = Array.from({ length: 10 }, (_, k) => [
    `encoder.layer.${k}.fc1.weight`,
    `encoder.layer.${k}.fc2.weight`,
  ]).flat();
  const initializers = [...names, 'head.weight'].map((name) => {
    const size = name === ODD ? 10 : name.startsWith(BLOCK) ? 2 : 1;
    const floats = Float32Array.from({ length: SIZE * SIZE }, () => size * random.normal());
    if (name === TRAP) floats[100] = 60;
    return { name, dims: [SIZE, SIZE], raw: new Uint8Array(floats.buffer) };
  });
  return writeOnnx(folder, 'blocks.onnx', {
    nodes: initializers.map(({ name }) => matMul(name)),
    initializers,
  });
}

const client = testEngine();
let report: Report;
beforeAll(async () => {
  report = await client.analyze(analyzeRequest(writeBlocks(tempFolder())));
});
afterAll(() => {
  client.dispose();
});

const codesOf = (name: string): readonly string[] =>
  report.layers.find((layer) => layer.name === name)!.findings.map(({ code }) => code);

describe('layers held against each other by the engine', () => {
  it('have the block that their names tell', () => {
    expect(report.layers.map(({ block }) => block)).toEqual([
      ...Array.from({ length: 20 }, (_, k) => `encoder.layer.${Math.floor(k / 2)}`),
      '',
    ]);
  });

  it('have what is found of each after its own findings', () => {
    expect(codesOf(ODD)).toEqual(['random-like', 'scale-out-of-line']);
    expect(codesOf(TRAP)).toContain('outlier-trap');
    expect(codesOf('encoder.layer.0.fc1.weight')).toEqual(['random-like']);
  });

  it('make findings of the model, which the summary counts', () => {
    expect(report.findings.map(({ code, evidence }) => [code, evidence['block']])).toEqual([
      ['block-stands-out', BLOCK],
    ]);
    expect(report.summary.findings).toMatchObject({
      'block-stands-out': 1,
      'scale-out-of-line': 1,
      'outlier-trap': 1,
    });
  });
});
