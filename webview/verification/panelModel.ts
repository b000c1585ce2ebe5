import { actionOf, type PlannedAction } from '../../src/core/plan/action.ts';
import type { Verification } from '../../src/core/report/verification/verification.ts';
import type { ShownVerification } from '../../src/protocol/verificationPanelApi.ts';
import type { Sort } from '../ui/sortRows.ts';

/** Below so many samples an interval says little. */
const FEW_SAMPLES = 8;

/** What the inputs are worth: made up, too few, or given. */
export type Evidence = 'noise' | 'few' | 'given';

export function evidenceOf({ inputs }: Pick<Verification, 'inputs'>): Evidence {
  if (inputs.kind === 'synthetic') return 'noise';
  return inputs.samples < FEW_SAMPLES ? 'few' : 'given';
}

/** The greatest relative L2 error of any output on any sample; null where none is known. */
export function worstError({ outputs }: Pick<Verification, 'outputs'>): number | null {
  const known = outputs.flatMap(({ worstSample }) => (worstSample ? [worstSample.relativeL2] : []));
  return known.length === 0 ? null : Math.max(...known);
}

/** Bytes of a model with its external data. */
export function modelBytes({ bytes, externalBytes }: Verification['a']): number {
  return bytes + externalBytes;
}

/** A weight that the compressed model does not have as the original has it. */
export interface WeightRow {
  readonly id: string;
  readonly name: string;
  /** Null where no plan is known of that made the model. */
  readonly action: PlannedAction | null;
  /** Why the planned action was not done; empty where it was. */
  readonly refused: string;
  /** Before and after; null where they are not known. */
  readonly bytes: readonly [number, number] | null;
  /** Relative Frobenius error. */
  readonly predicted: number | null;
  readonly measured: number | null;
  readonly spectral: number | null;
  /** Decibels. */
  readonly sqnr: number | null;
  readonly note: string;
}

/**
 * Every weight that differs or that the plan was to change, in the order of the plan, then of the file. What is
 * measured is from the two files where both have the weight, else from the writing of the new one.
 */
export function weightRows({ verification, applied }: ShownVerification): readonly WeightRow[] {
  const compared = new Map(verification.weights.map((weight) => [weight.id, weight]));
  const planned = new Map(applied?.plan.layers.map((layer) => [layer.id, layer]));
  const written = (applied?.compression.layers ?? []).map((layer): WeightRow => {
    const weight = compared.get(layer.id);
    const plan = planned.get(layer.id);
    const measured = weight?.relativeFrobenius ?? layer.error.measured;
    return {
      id: layer.id,
      name: layer.name,
      action: layer.action === 'keep' || !plan ? { action: 'keep' } : actionOf(plan),
      refused: layer.refused,
      bytes: [layer.bytes.before, layer.bytes.written],
      predicted: layer.error.predicted,
      measured,
      spectral: weight?.relativeSpectral ?? null,
      sqnr: measured !== null && measured > 0 ? -20 * Math.log10(measured) : null,
      note: [layer.note, weight?.reason ?? ''].filter((text) => text !== '').join('; '),
    };
  });
  const listed = new Set(written.map(({ id }) => id));
  const others = verification.weights
    .filter(
      ({ id, relativeFrobenius, reason }) =>
        !listed.has(id) && (relativeFrobenius !== 0 || reason !== ''),
    )
    .map(({ id, relativeFrobenius, relativeSpectral, sqnr, reason }): WeightRow => ({
      id,
      name: planned.get(id)?.name ?? id,
      action: null,
      refused: '',
      bytes: null,
      predicted: null,
      measured: relativeFrobenius,
      spectral: relativeSpectral,
      sqnr,
      note: reason,
    }));
  return [...written, ...others];
}

/** How the table of weights was sorted, from the panel's kept state; undefined where it was not. */
export function keptSort(state: unknown): Sort | undefined {
  const { sort } = (state ?? {}) as { readonly sort?: unknown };
  if (typeof sort !== 'object' || sort === null) return undefined;
  const { column, direction } = sort as Partial<Record<keyof Sort, unknown>>;
  if (typeof column !== 'string') return undefined;
  return direction === 'ascending' || direction === 'descending'
    ? { column, direction }
    : undefined;
}
