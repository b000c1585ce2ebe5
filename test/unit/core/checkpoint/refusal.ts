import { expect } from 'vitest';
import { CheckpointError } from '../../../../src/core/checkpoint/checkpointError.ts';
import { openCheckpoint } from '../../../../src/core/checkpoint/openCheckpoint.ts';

/** The error that opening a file gives; anything but a sentence that names the file fails the test. */
export function refusal(file: string): CheckpointError {
  try {
    openCheckpoint(file);
  } catch (error) {
    expect(error).toBeInstanceOf(CheckpointError);
    const refused = error as CheckpointError;
    expect(refused.message).toContain(file);
    expect(refused.message).toMatch(/[.)]$/);
    expect(refused.place.file).toBe(file);
    return refused;
  }
  throw new Error(`${file} was opened`);
}
