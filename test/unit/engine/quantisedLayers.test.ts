import { afterAll, expect, test } from 'vitest';
import { writeOnnx } from '../../fixtures/onnxModel.ts';
import { op } from '../../fixtures/onnxParts.ts';
import { seededRandom } from '../../fixtures/seededRandom.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { analyzeRequest, testEngine } from '../../fixtures/testEngine.ts';

const folder = tempFolder();
const engine = testEngine();
afterAll(() => engine.dispose());

test('a quantised layer is analyzed as what it stands for, above the noise of its steps', async () => {
  const random = seededRandom(3);
  const [rows, cols, step] = [48, 32, 0.25];
  const values = Array.from({ length: rows * cols }, () => random.integer(201) - 100);
  const file = writeOnnx(folder, 'int8.onnx', {
    initializers: [
      { name: 'q', dims: [rows, cols], dtype: 'int8', values },
      { name: 's', dims: [], values: [step] },
    ],
    nodes: [op('DequantizeLinear', ['q', 's'], 'w'), op('MatMul', ['x', 'w'], 'y')],
  });
  const { layers, model } = await engine.analyze(analyzeRequest(file));
  expect(layers.map(({ tensor, dtype, status, shape }) => [tensor, dtype, status, shape])).toEqual([
    ['q', 'int8', 'ok', [rows, cols]],
  ]);
  expect(model.parameters).toBe(rows * cols + 1);
  const [layer] = layers;
  const norm = values.reduce((sum, value) => sum + (value * step) ** 2, 0);
  expect(layer!.metrics.norm! / norm).toBeCloseTo(1, 12);
  const floor = 2 * (step / Math.sqrt(12)) * (Math.sqrt(rows) + Math.sqrt(cols));
  expect(layer!.metrics.noiseFloor! / floor).toBeCloseTo(1, 12);
});
