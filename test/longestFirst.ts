import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take over ten seconds, the longest first. */
const LONG = [
  'core/diagnosis/rates.test.ts',
  'core/diagnosis/largeLayers.test.ts',
  'core/linalg/gpu/gpuSolve.test.ts',
  'engine/gpuAnalysis.test.ts',
  'engine/precision.test.ts',
  'cli/plan.test.ts',
  'core/diagnosis/valueRates.test.ts',
];

function place({ moduleId }: TestSpecification): number {
  const found = LONG.findIndex((file) => moduleId.endsWith(`/${file}`));
  return found < 0 ? LONG.length : found;
}

/** Long files first, so that at the end no worker waits for one of them; the rest in vitest's own order. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return [...sorted].sort((a, b) => place(a) - place(b));
  }
}
