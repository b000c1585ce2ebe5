import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longestFirst.ts';

export default defineConfig({
  test: {
    include: [
      'test/unit/**/*.test.ts',
      'test/unit/**/*.test.tsx',
      'test/golden/**/*.test.ts',
      'test/kills/**/*.test.ts',
    ],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: availableParallelism(),
    // No test changes a module that another reads, and to load the core anew for every file takes a minute.
    isolate: false,
    // Some tests load ONNX Runtime themselves: as in the product, it tells nobody.
    env: { ORT_DISABLE_TELEMETRY: '1', ORT_TELEMETRY_DISABLED: '1' },
    sequence: { sequencer: LongestFirst },
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
});
