import { createHash } from 'node:crypto';
import type {
  CodeStorage,
  DenseStorage,
  QuantisedStorage,
  TensorStorage,
} from '../core/checkpoint/checkpoint.ts';
import type { Precision } from '../core/linalg/singularValues.ts';
import type { BackendName } from './backendName.ts';
import { ENTRY_FIGURES_VERSION } from '../core/diagnosis/entries/entryFigures.ts';
import { VALUE_ERRORS_VERSION, type ValueRequest } from '../core/plan/measureValues.ts';
import type { HeadUse, SpectrumSource } from './spectrumTask.ts';
import { BLOCK_ENTRIES, isStreamed, SAMPLE_ENTRIES } from './streamedMatrix.ts';

/** Changes with every change of the solver's arithmetic outside kernels.wasm. */
const SOLVER_VERSION = 7;

/** What solves: every part of it that the last bits depend on. */
export interface SolverIdentity {
  readonly backend: BackendName | 'webgpu';
  /** SHA-256 of the kernels; of a GPU's also its name and driver. */
  readonly kernels: string;
}

/**
 * What is asked of a source: its spectrum, a profile of its entries, the spectra of windows of it, those of
 * seeded shuffles of its entries or of single windows of them, or projections of heads.
 */
export type SpectrumKind =
  | { readonly kind: 'spectrum' }
  | { readonly kind: 'entries' }
  | { readonly kind: 'windows' }
  | ({ readonly kind: 'heads' } & HeadUse)
  | { readonly kind: 'shuffles'; readonly count: number; readonly seed: number }
  | {
      readonly kind: 'shuffledWindows';
      readonly rows: number;
      readonly cols: number;
      readonly count: number;
      readonly seed: number;
    };

/**
 * The cache's key of a spectrum: SHA-256 over the stored bytes' hash, how they are read, what is solved,
 * the precision and the solver. Neither the file's name nor the tensor's is part of it, so a fine-tuned
 * copy shares the spectra of the layers that did not change.
 */
export function spectrumKey(
  storedBytesHash: string,
  source: SpectrumSource,
  asked: SpectrumKind,
  precision: Precision,
  solver: SolverIdentity,
): string {
  const { shape, view, scale, gathered } = source;
  const identity = [
    storedBytesHash,
    { ...encodingOf(source.storage), gathered, shape, view, scale },
    inBlocks(source, asked),
    { precision, backend: solver.backend, solver: SOLVER_VERSION, kernels: solver.kernels },
  ];
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex');
}

/** Shuffles of a weight that is read in blocks depend on what a block is. */
function inBlocks(source: SpectrumSource, asked: SpectrumKind): object {
  if (!asked.kind.startsWith('shuffled') && asked.kind !== 'shuffles') return asked;
  return isStreamed(source) ? { ...asked, block: BLOCK_ENTRIES, sample: SAMPLE_ENTRIES } : asked;
}

/** The cache's key of what the entries of a source say. */
export function entriesKey(storedBytesHash: string, source: SpectrumSource): string {
  const { shape, view, gathered } = source;
  const identity = [
    storedBytesHash,
    { ...encodingOf(source.storage), gathered, shape, view },
    { kind: 'entries', version: ENTRY_FIGURES_VERSION },
  ];
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex');
}

/** The cache's key of what was measured of the values of a tensor. */
export function valuesKey(
  storedBytesHash: string,
  storage: TensorStorage,
  request: ValueRequest,
): string {
  const identity = [
    storedBytesHash,
    encodingOf(storage),
    { kind: 'values', version: VALUE_ERRORS_VERSION, request },
  ];
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex');
}

function quantisedEncoding(storage: QuantisedStorage): object {
  const { dtype, encoding, elements, codes, scale, zero, zeroDefault, scales } = storage;
  const packed = ({ type, row, encoding: how }: CodeStorage): unknown => [type, row, how];
  const dense = (each: DenseStorage): unknown => [each.dtype, each.encoding, each.elements];
  return {
    dtype,
    encoding,
    elements,
    codes: packed(codes),
    scale: scale ? dense(scale) : null,
    zero: zero ? ('row' in zero ? packed(zero) : dense(zero)) : zeroDefault,
    scales,
  };
}

/** How the stored bytes are read: of a sparse or quantised tensor each of its parts. */
function encodingOf(storage: TensorStorage): object {
  const { dtype, encoding, elements } = storage;
  if (storage.encoding === 'quantised') return quantisedEncoding(storage);
  if (storage.encoding !== 'sparse') return { dtype, encoding, elements };
  const { values, indices } = storage;
  return {
    dtype,
    encoding,
    elements,
    values: [values.encoding, values.elements],
    indices: [indices.encoding, indices.elements, indices.perValue],
  };
}
