import type { Checkpoint, HeadBlocks } from '../core/checkpoint/checkpoint.ts';
import type { Space } from '../core/diagnosis/entries/headProjections.ts';
import type { HeadUse } from './spectrumTask.ts';

/** The id of a report's entry. */
export function entryId(weight: string, part: string): string {
  return part === '' ? weight : `${weight}#${part}`;
}

export function blocksId({ weight, part }: HeadBlocks): string {
  return entryId(weight, part);
}

/** Which of the two factors of a head's products each matrix of an attention is. */
export const HEAD_SPACES = {
  query: 'first',
  key: 'second',
  value: 'first',
  output: 'second',
} as const satisfies Readonly<Record<string, Space>>;

/** What the attentions of a checkpoint need of each entry, by its id. */
export function headUses({
  attentions = [],
}: Pick<Checkpoint, 'attentions'>): ReadonlyMap<string, readonly HeadUse[]> {
  const uses = new Map<string, HeadUse[]>();
  const need = (blocks: HeadBlocks | undefined, space: Space): void => {
    if (!blocks) return;
    const id = blocksId(blocks);
    const known = uses.get(id) ?? [];
    const isKnown = known.some((use) => use.side === blocks.side && use.space === space);
    if (!isKnown) uses.set(id, [...known, { side: blocks.side, space }]);
  };
  for (const attention of attentions) {
    need(attention.query, HEAD_SPACES.query);
    need(attention.key, HEAD_SPACES.key);
    need(attention.value, HEAD_SPACES.value);
    need(attention.output, HEAD_SPACES.output);
  }
  return uses;
}
