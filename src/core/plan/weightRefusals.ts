import type { Weight } from '../checkpoint/checkpoint.ts';
import type { PlanAxis, PlanWeight } from './planWeight.ts';
import { largestUsefulRank } from './rankCost.ts';

/** Below so many bytes, what the added nodes and names take may be more than is saved. */
const LEAST_BYTES = 4096;

/** Operators that two factors can stand in for, one after the other. */
const FACTORISED = new Set(['MatMul', 'Gemm', 'Gather', 'Conv', 'ConvTranspose']);

/**
 * Why each axis cannot change a weight, in words that follow `because`; '' where it can.
 *
 * @param graph what the graph around the weight rules out, '' for nothing
 */
export function weightRefusals(
  weight: Weight,
  bytes: number,
  graph: { readonly lowrank: string; readonly bits: string } = { lowrank: '', bits: '' },
): PlanWeight['refused'] {
  const common = commonRefusal(weight);
  const small =
    bytes < LEAST_BYTES
      ? `its ${bytes} bytes are too few: added nodes would take more than is saved`
      : '';
  const lowrank = firstOf(common, small, lowRankRefusal(weight), graph.lowrank);
  const bits = firstOf(common, small, bitsRefusal(weight), graph.bits);
  return {
    lowrank,
    sparsity: firstOf(common, sparsityRefusal(weight)),
    bits,
    mixed: lowrank === '' || bits === '' ? '' : firstOf(common, small, `${lowrank}; ${bits}`),
  };
}

/** The same for a weight that no axis may change. */
export function refusedAltogether(reason: string): PlanWeight['refused'] {
  const axes = { lowrank: reason, sparsity: reason, bits: reason, mixed: reason };
  return axes satisfies Readonly<Record<PlanAxis, string>>;
}

function firstOf(...reasons: readonly string[]): string {
  return reasons.find((reason) => reason !== '') ?? '';
}

function commonRefusal({ storage, parameters, dtype }: Weight): string {
  if (parameters === 0) return 'it holds no values';
  if (storage.encoding === 'quantised') return `it is stored quantised already, as ${dtype}`;
  return storage.encoding === 'sparse' ? 'it is stored as a sparse tensor' : '';
}

/** The rows of the matrix that a factorisation replaces: one axis of the tensor. */
export function factorisedRows({ shape }: Weight): number {
  return shape[0] ?? 1;
}

function lowRankRefusal(weight: Weight): string {
  const { op, role, orientation, shape, groups, division, rowAxes, parameters } = weight;
  if (role === 'recurrent')
    return `the gates of ${op} are one input of it, which two factors are not`;
  if (division)
    return 'several matrices lie in one tensor, each of which would need factors of its own';
  if (groups > 1)
    return `a convolution of ${groups} groups: a factor for each would be a grouped convolution again`;
  if (!FACTORISED.has(op)) return `${op} cannot be split into two`;
  if (role !== 'conv' && (shape.length !== 2 || rowAxes !== 1))
    return 'its axes are joined before it is multiplied';
  if (role === 'embedding' && orientation === 'out-in')
    return 'the table is turned before it is looked up';
  const rows = factorisedRows(weight);
  return largestUsefulRank(rows, parameters / rows) < 1
    ? 'one of its sides is 1, so that no two factors are smaller'
    : '';
}

function sparsityRefusal({ role }: Weight): string {
  return role === 'embedding' ? 'the rows of a table are looked up, not multiplied' : '';
}

function bitsRefusal({ dtype, role, shape, rowAxes, division }: Weight): string {
  if (dtype !== 'float32' && dtype !== 'float16')
    return `ONNX Runtime takes quantised weights back to float32 and float16, not to ${dtype}`;
  const axes = shape.length - (division?.batchAxes ?? 0);
  return role !== 'conv' && (axes !== 2 || rowAxes !== 1)
    ? 'its axes are joined before it is multiplied, so that no one axis holds its channels'
    : '';
}
