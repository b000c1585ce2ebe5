import type { Checkpoint } from './checkpoint.ts';
import { readOnnxCheckpoint } from './onnx/onnxCheckpoint.ts';
import { openRangeReader } from './rangeReader.ts';

/**
 * Opens a checkpoint and lists what it holds, without reading any values: the door of this folder. What
 * the file is follows from its content, not from its name. A model without weights has empty lists.
 * Throws CheckpointError, and nothing else, whatever the file holds.
 */
export function openCheckpoint(file: string): Checkpoint {
  const reader = openRangeReader(file);
  try {
    return readOnnxCheckpoint(reader);
  } finally {
    reader.close();
  }
}
