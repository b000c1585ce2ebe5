import type {
  Checkpoint,
  HeadBlocks,
  TensorStorage,
  Weight,
} from '../core/checkpoint/checkpoint.ts';
import { storageParts } from '../core/checkpoint/storedBytes.ts';
import { duplicateWeights, type StoredValues } from '../core/diagnosis/duplicateWeights.ts';
import type { Finding } from '../core/diagnosis/finding.ts';
import { redundantHeads, type Projections } from '../core/diagnosis/redundantHeads.ts';
import type { Space } from '../core/diagnosis/entries/headProjections.ts';
import { depthwiseFindings } from './depthwiseFindings.ts';
import type { AnalyzeRequest } from './engineApi.ts';
import { nameOf, type Entry } from './entries.ts';
import { blocksId, HEAD_SPACES } from './headUses.ts';
import type { TaskOutcome } from './spectrumTask.ts';

/** What is found only by holding the weights of a model against each other. */
export function valuesAcross(
  checkpoint: Checkpoint,
  request: AnalyzeRequest,
  entries: readonly Entry[],
  outcomeOf: ReadonlyMap<Entry, TaskOutcome>,
): readonly Finding[] {
  const byWeight = new Map<Weight, Entry[]>();
  for (const entry of entries)
    byWeight.set(entry.weight, [...(byWeight.get(entry.weight) ?? []), entry]);
  return [
    ...duplicateWeights(
      [...byWeight].flatMap(([weight, parts]) => storedValues(weight, parts, outcomeOf) ?? []),
    ),
    ...headFindings(checkpoint, entries, outcomeOf),
    ...depthwiseFindings(checkpoint, request),
  ];
}

/** Of every attention all of whose matrices were solved. */
function headFindings(
  { attentions = [] }: Checkpoint,
  entries: readonly Entry[],
  outcomeOf: ReadonlyMap<Entry, TaskOutcome>,
): readonly Finding[] {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const projected = (blocks: HeadBlocks | undefined, space: Space): Projections | undefined => {
    const entry = blocks && byId.get(blocksId(blocks));
    const outcome = entry && outcomeOf.get(entry);
    if (outcome?.status !== 'solved') return undefined;
    const at = entry!.task.heads.findIndex(
      (use) => use.side === blocks!.side && use.space === space,
    );
    return outcome.projections[at];
  };
  return attentions.flatMap((attention) => {
    const query = projected(attention.query, HEAD_SPACES.query);
    const key = projected(attention.key, HEAD_SPACES.key);
    const value = projected(attention.value, HEAD_SPACES.value);
    const output = projected(attention.output, HEAD_SPACES.output);
    if (!query || !key || !value) return [];
    const name = `the attention of ${nameOf(byId.get(blocksId(attention.query))!)}`;
    return redundantHeads({ name, heads: attention.heads, query, key, value, output });
  });
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
  return JSON.stringify(storageParts(storage).map(({ file, segments }) => [file, segments]));
}

function bytesOf(storage: TensorStorage): number {
  return storageParts(storage)
    .flatMap(({ segments }) => segments)
    .reduce((sum, { bytes }) => sum + bytes, 0);
}
