import type { TensorStorage, Weight } from '../core/checkpoint/checkpoint.ts';
import { duplicateWeights, type StoredValues } from '../core/diagnosis/duplicateWeights.ts';
import type { Finding } from '../core/diagnosis/finding.ts';
import type { Entry } from './entries.ts';
import type { TaskOutcome } from './spectrumTask.ts';

/** What is found only by holding the weights of a model against each other. */
export function valuesAcross(
  entries: readonly Entry[],
  outcomeOf: ReadonlyMap<Entry, TaskOutcome>,
): readonly Finding[] {
  const byWeight = new Map<Weight, Entry[]>();
  for (const entry of entries)
    byWeight.set(entry.weight, [...(byWeight.get(entry.weight) ?? []), entry]);
  return duplicateWeights(
    [...byWeight].flatMap(([weight, parts]) => storedValues(weight, parts, outcomeOf) ?? []),
  );
}

/** Undefined where a part of the weight was not looked at. */
function storedValues(
  weight: Weight,
  parts: readonly Entry[],
  outcomeOf: ReadonlyMap<Entry, TaskOutcome>,
): StoredValues | undefined {
  const matrices = parts.flatMap((entry) => {
    const outcome = outcomeOf.get(entry);
    if (outcome?.status !== 'solved' || !outcome.entries) return [];
    const { rows, cols } = entry.part.view;
    const { hash, figures } = outcome.entries;
    return [{ rows, cols, hash, sketch: figures.sketch }];
  });
  const elements = matrices.reduce((sum, { rows, cols }) => sum + rows * cols, 0);
  if (elements !== weight.parameters) return undefined;
  const { name, storage } = weight;
  return { name, place: placeOf(storage), bytes: bytesOf(storage), matrices };
}

function placeOf(storage: TensorStorage): string {
  const { file, segments } = storage.encoding === 'sparse' ? storage.values : storage;
  return JSON.stringify([file, segments]);
}

function bytesOf(storage: TensorStorage): number {
  const parts = storage.encoding === 'sparse' ? [storage.values, storage.indices] : [storage];
  return parts.flatMap(({ segments }) => segments).reduce((sum, { bytes }) => sum + bytes, 0);
}
