import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineClient } from '../../../src/engine/client.ts';
import { vulkan } from '../../fixtures/softwareGpu.ts';
import { tempFolder } from '../../fixtures/tempFolder.ts';
import { analyzeRequest, testEngine, writeChain } from '../../fixtures/testEngine.ts';

const file = writeChain(tempFolder(), 'two.onnx', 2, 32);

describe('the device of an engine', () => {
  let engine: EngineClient;

  // The engine's process finds the software Vulkan by its environment, as it would a driver of the system.
  const kept = { ...process.env };
  beforeAll(() => {
    if (vulkan) {
      process.env['VK_ICD_FILENAMES'] = vulkan.driver;
      process.env['LD_LIBRARY_PATH'] = path.dirname(vulkan.loader);
    }
    engine = testEngine();
  });
  afterAll(() => {
    engine.dispose();
    process.env = kept;
  });

  it('is refused in exact precision where it is asked for', async () => {
    const request = analyzeRequest(file, { device: 'gpu' });
    await expect(engine.analyze(request)).rejects.toThrow(
      "The device 'gpu' computes in float32, so it cannot give exact precision",
    );
  });

  it('is not looked for in exact precision, nor where the CPU is asked for', async () => {
    for (const changes of [
      { device: 'auto' },
      { device: 'cpu', precision: 'fast' },
      { precision: 'fast' },
    ] as const) {
      const { settings, compute } = await engine.analyze(analyzeRequest(file, changes));
      expect([settings.device, compute.device]).toEqual(['cpu', undefined]);
    }
  });

  it.skipIf(!vulkan)('is no software adapter unless that is named', async () => {
    const request = analyzeRequest(file, { device: 'auto', precision: 'fast' });
    const { layers, settings, compute } = await engine.analyze(request);
    expect(layers.map(({ status }) => status)).toEqual(['ok', 'ok']);
    expect(settings.device).toBe('auto');
    expect(compute.device).toMatchObject({ layers: 0 });
    expect(compute.device?.reason).toContain('is a software adapter');
  });

  it.skipIf(!vulkan)(
    'is none where no adapter has the name; those that there are, are told',
    async () => {
      const { device, workers } = await engine.selfTest({ device: 'no such card' });
      expect([device.adapter, device.isUsed, workers]).toEqual([null, false, 1]);
      expect(device.reason).toMatch(
        /^No adapter of this machine is called 'no such card'; it has .*SwiftShader/,
      );
    },
  );
});
