import type { Precision } from '../core/linalg/singularValues.ts';
import { type SolverIdentity, spectrumKey, type SpectrumKind } from './spectrumKey.ts';
import type { SpectrumSource } from './spectrumTask.ts';

/** Who may have solved a record. */
export interface Solvers {
  readonly solver: SolverIdentity;
  /** The GPU where one takes part. */
  readonly gpu?: { readonly solver: SolverIdentity } | undefined;
}

/**
 * The keys of the records that serve what is asked, the most accurate first: an exact spectrum serves where
 * a fast one is asked for, never the reverse, and a GPU's only where a GPU takes part.
 */
export function servingKeys(
  storedBytesHash: string,
  source: SpectrumSource,
  asked: SpectrumKind,
  precision: Precision,
  { solver, gpu }: Solvers,
): readonly { readonly key: string; readonly isGpu: boolean }[] {
  const key = (by: SolverIdentity, how: Precision): string =>
    spectrumKey(storedBytesHash, source, asked, how, by);
  const exact = { key: key(solver, 'exact'), isGpu: false };
  if (precision === 'exact') return [exact];
  const fast = { key: key(solver, 'fast'), isGpu: false };
  return [exact, fast, ...(gpu ? [{ key: key(gpu.solver, 'fast'), isGpu: true }] : [])];
}
