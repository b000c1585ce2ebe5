import type { Checkpoint, Weight } from '../core/checkpoint/checkpoint.ts';
import { CheckpointError } from '../core/checkpoint/checkpointError.ts';
import { decodedType } from '../core/checkpoint/decodedType.ts';
import { nonFinite } from '../core/checkpoint/nonFinite.ts';
import { readValues } from '../core/checkpoint/readValues.ts';
import type { DiagnosisInput } from '../core/diagnosis/diagnose.ts';
import { entryFigures } from '../core/diagnosis/entries/entryFigures.ts';
import { faultFindings } from '../core/diagnosis/faultFindings.ts';
import type { Finding } from '../core/diagnosis/finding.ts';
import { valueFindings } from '../core/diagnosis/valueFindings.ts';
import { globMatcher } from '../core/report/glob.ts';
import type { AnalyzeRequest } from './engineApi.ts';

/** A filter of fewer values is a multiple of another one too easily. */
const LEAST_POSITIONS = 4;

/**
 * What the values of depthwise convolutions say. Their filters are vectors, so that they are no layers of the
 * report, but a filter can be dead, broken or a copy as well: findings of the model, by the name of the weight.
 */
export function depthwiseFindings(
  { weights }: Checkpoint,
  { mode, layers }: AnalyzeRequest,
): readonly Finding[] {
  if (mode === 'compat') return [];
  const wanted = globMatcher(layers);
  return weights
    .filter((weight) => isDepthwise(weight))
    .filter(({ id, name, tensor }) => [id, name, tensor].some(wanted))
    .flatMap((weight) => filterFindings(weight));
}

function isDepthwise({ role, groups, shape, parameters }: Weight): boolean {
  return role === 'conv' && groups > 1 && shape[0] === groups && parameters > 0;
}

function filterFindings(weight: Weight): readonly Finding[] {
  const { name, dtype, shape, parameters, role, orientation, storage } = weight;
  const rows = shape[0]!;
  const cols = parameters / rows;
  const about: DiagnosisInput = { name, mode: 'robust', rows, cols, dtype };
  if (cols < LEAST_POSITIONS) return [];
  try {
    const data = readValues(storage);
    const broken = nonFinite(data);
    if (broken) return faultFindings({ ...about, nonFinite: { ...broken, elements: data.length } });
    const figures = entryFigures({ rows, cols, data }, decodedType(dtype));
    if (figures.rows.duplicates.equal === rows - 1) return [sameKernel(name, rows, cols)];
    const entries = { figures, role, orientation, kernelPositions: cols };
    return valueFindings({ ...about, entries }, ['rows']);
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    return faultFindings({ ...about, failure: error.message });
  }
}

/** No training gives every channel the same filter. */
function sameKernel(name: string, channels: number, positions: number): Finding {
  return {
    code: 'fixed-transform',
    severity: 'info',
    text: `${name} is a depthwise convolution with one kernel of ${positions} weights for all of its ${channels} channels, as a blur, an average or an upsampling is. A formula gives it, not training.`,
    evidence: { kind: 'shift-invariant', channels, positions },
  };
}
