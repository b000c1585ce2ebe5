import { createHash } from 'node:crypto';
import type { SpectrumSource } from './spectrumTask.ts';

/** Changes with every change of the solver's arithmetic outside kernels.wasm. */
const SOLVER_VERSION = 1;

/** What is asked of a source: its spectrum, or that of seeded shuffles of its entries. */
export type SpectrumKind =
  | { readonly kind: 'spectrum' }
  | { readonly kind: 'shuffles'; readonly count: number; readonly seed: number };

/**
 * The cache's key of a spectrum: SHA-256 over the stored bytes' hash, how they are read, what is solved,
 * the precision and the solver. Neither the file's name nor the tensor's is part of it, so a fine-tuned
 * copy shares the spectra of the layers that did not change.
 */
export function spectrumKey(
  storedBytesHash: string,
  source: SpectrumSource,
  asked: SpectrumKind,
  kernelsHash: string,
): string {
  const { dtype, encoding, elements } = source.storage;
  const identity = [
    storedBytesHash,
    { dtype, encoding, elements, shape: source.shape, view: source.view, scale: source.scale },
    asked,
    { precision: 'exact', backend: 'wasm', solver: SOLVER_VERSION, kernels: kernelsHash },
  ];
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex');
}
