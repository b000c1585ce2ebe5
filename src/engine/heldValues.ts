import type { TensorStorage } from '../core/checkpoint/checkpoint.ts';
import { isReadInPlace } from './sourceValues.ts';
import { liesInTensor } from './storedMatrix.ts';
import type { SpectrumSource, TaskSources } from './spectrumTask.ts';
import { LINE_ENTRIES } from './streamedEntries.ts';
import { BLOCK_ENTRIES, isStreamed, SAMPLE_ENTRIES } from './streamedMatrix.ts';
import { TURNED_VALUES } from './storedLines.ts';

/** Entries of a matrix of which a shuffle is a copy. A larger one is shuffled in its place, and decoded once more. */
export const COPIED_ENTRIES = 2 ** 18;

/** Values that a task on one weight has in its thread's memory at once; `sources`: the weight first, then its views. */
export function keptValues([source, ...views]: TaskSources): number {
  const matrices = [source, ...views].map((each) =>
    liesInTensor(each) ? 0 : each.view.rows * each.view.cols,
  );
  if (isStreamed(source)) {
    const turned = Math.max(TURNED_VALUES, longestBlock(source));
    return BLOCK_ENTRIES + turned + LINE_ENTRIES + Math.max(...matrices.slice(1), 0);
  }
  return (isReadInPlace(source) ? source.storage.elements : 0) + Math.max(...matrices);
}

/**
 * The same with what is held in passing: of quantised weights their codes and steps, of gathered ones the tensor, of
 * those in blocks what windows of a shuffle are drawn from, of small ones a shuffle.
 */
export function heldValues(sources: TaskSources): number {
  const [source] = sources;
  const kept = keptValues(sources);
  if (isStreamed(source)) return kept + SAMPLE_ENTRIES;
  const { storage, view } = source;
  const size = view.rows * view.cols;
  const decoded = isReadInPlace(source) ? 0 : decodedCopies(storage) * storage.elements;
  return kept + decoded + (source.gathered ? size : 0) + Math.min(size, COPIED_ENTRIES);
}

/** Arrays as long as the tensor that are held at once: its values, and the codes and steps of quantised ones. */
function decodedCopies({ encoding }: TensorStorage): number {
  return encoding === 'quantised' ? 3 : 1;
}

function longestBlock({ view }: SpectrumSource): number {
  return Math.ceil(BLOCK_ENTRIES / Math.min(view.rows, view.cols));
}
