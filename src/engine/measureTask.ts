import { createHash } from 'node:crypto';
import { CheckpointError } from '../core/checkpoint/checkpointError.ts';
import { nonFinite } from '../core/checkpoint/nonFinite.ts';
import { readValues } from '../core/checkpoint/readValues.ts';
import { storedBytes } from '../core/checkpoint/storedBytes.ts';
import { entrySketch } from '../core/diagnosis/entries/entrySketch.ts';
import { fixedTransform } from '../core/diagnosis/transforms/fixedTransform.ts';
import {
  measuredPatterns,
  measureValues,
  type MeasuredValues,
  type ValueRequest,
} from '../core/plan/measureValues.ts';
import { storedScale } from '../core/plan/storedScale.ts';
import { PRUNING_STEPS } from '../core/plan/valueProfile.ts';
import { CancelledError } from '../protocol/cancellation.ts';
import type { SolveTools } from './solveTools.ts';
import { valuesKey } from './spectrumKey.ts';
import type { ValueOutcome, ValueTask } from './valueTask.ts';

/** Work of one measurement of one value, by rough count: what progress and the order of tasks go by. */
const FLOPS_PER_VALUE = 60;

/** Floating-point operations of a task, roughly. */
export function measureFlops({ levels, patterns }: ValueRequest, values: number): number {
  return FLOPS_PER_VALUE * values * (1 + levels.length + (patterns ? 1 : 0));
}

/**
 * Measures one tensor, or takes what the cache has of it. Throws CancelledError; every fault of the data is an
 * outcome.
 */
export function measureTask(task: ValueTask, tools: SolveTools): ValueOutcome {
  try {
    return measured(task, tools);
  } catch (error) {
    if (error instanceof CheckpointError) return { status: 'failed', reason: error.message };
    throw error;
  }
}

function measured({ storage, dtype, request, view }: ValueTask, tools: SolveTools): ValueOutcome {
  const { cache, cancelled, onStep } = tools;
  const hash = createHash('sha256');
  storedBytes(storage, (chunk) => hash.update(chunk));
  const key = valuesKey(hash.digest('hex'), storage, request);
  const values = readValues(storage);
  const found = nonFinite(values);
  if (found) return { status: 'non-finite', nonFinite: { ...found, elements: storage.elements } };
  const known = cache?.read(key)?.spectra[0];
  const step = (): void => {
    if (cancelled()) throw new CancelledError();
    onStep(FLOPS_PER_VALUE * values.length);
  };
  const fresh = known
    ? unpacked(known, request)
    : measureValues(values, request, storedScale(dtype), step);
  if (!known)
    cache?.write(key, {
      rows: request.lines.channels,
      cols: request.lines.length,
      slices: request.lines.lines,
      roundingVariance: 0,
      spectra: [packed(fresh)],
    });
  const matrix = view && { ...view, data: values };
  const transform = matrix && fixedTransform(matrix, entrySketch(matrix), dtype);
  return {
    status: 'measured',
    values: fresh,
    transform: transform?.text ?? '',
    cached: known !== undefined,
  };
}

/** One array: the energy, the pruning curve, the errors of the patterns, those of the levels. */
function packed({ energy, pruning, patterns, levels }: MeasuredValues): Float64Array {
  const errors = [...patterns, ...levels].map(({ error }) => error);
  return Float64Array.from([energy, ...pruning, ...errors]);
}

function unpacked(array: Float64Array, { lines, levels, patterns }: ValueRequest): MeasuredValues {
  const known = patterns ? measuredPatterns(lines) : [];
  const from = 2 + PRUNING_STEPS;
  const errors = array.subarray(from);
  return {
    energy: array[0]!,
    pruning: array.slice(1, from),
    patterns: known.map(([kept, of], k) => ({ kept, of, error: errors[k]! })),
    levels: levels.map((level, k) => ({ ...level, error: errors[known.length + k]! })),
  };
}
