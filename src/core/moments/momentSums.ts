import { Arena, float64View, reserve } from '../linalg/arena.ts';
import { GEMM_SCRATCH, paddedBlock, subBlock, wasmBlas3, type Block } from '../linalg/blas3.ts';
import type { Kernels } from '../linalg/kernels.ts';
import type { InputTap } from '../rewrite/inputTaps.ts';
import { asFloat64, type NumberTensor } from '../verify/tensorData.ts';
import { activationVectors } from './activationVectors.ts';

/** One moment to be summed. Weights that are multiplied with the same value share it. */
export interface MomentSpec {
  readonly tap: InputTap;
  /** Of a vector; rows of a table. */
  readonly length: number;
}

export interface MomentSum {
  readonly kind: 'dense' | 'diagonal';
  /** See InputMoment. */
  readonly data: Float64Array;
  /** Vectors, or look-ups, that were summed. */
  readonly count: number;
  /** Why the sum is of no use; '' where it is. */
  readonly fault: string;
}

/** Vectors that go into the sum together. */
const STRIP = 256;

/** Rows of the sum that are computed together, up to the diagonal only. */
const BAND = 256;

/**
 * Vectors of one value in one sample that are summed; of more, evenly many of all. An image has a hundred
 * thousand patches that overlap: sixteen times as many say little more and take sixteen times as long.
 */
export const VECTORS_PER_SAMPLE = 4096;

interface Summed {
  readonly spec: MomentSpec;
  /** Undefined for a diagonal. */
  readonly block: Block | undefined;
  readonly diagonal: Float64Array;
  count: number;
  fault: string;
}

/** Bytes that the sum of one moment holds until it is taken. */
export function momentBytes({ tap, length }: MomentSpec): number {
  return 8 * (tap.form.kind === 'look-ups' ? length : length * (length + 64));
}

/** Sums x x^T over the vectors of tensors, in float64. The memory of the kernels is its own until it is dropped. */
export class MomentSums {
  private readonly summed: readonly Summed[];
  private readonly strip: Block;
  private readonly scratch: number;

  /** Throws LinalgError `too-large`. */
  constructor(
    specs: readonly MomentSpec[],
    private readonly kernels: Kernels,
  ) {
    const arena = new Arena();
    this.scratch = arena.float64(GEMM_SCRATCH);
    const isDense = ({ tap }: MomentSpec): boolean => tap.form.kind !== 'look-ups';
    const longest = specs.reduce(
      (most, each) => (isDense(each) ? Math.max(most, each.length) : most),
      1,
    );
    this.strip = paddedBlock(arena, STRIP, longest);
    this.summed = specs.map((spec) => ({
      spec,
      block: isDense(spec) ? paddedBlock(arena, spec.length, spec.length) : undefined,
      diagonal: new Float64Array(isDense(spec) ? 0 : spec.length),
      count: 0,
      fault: '',
    }));
    reserve(kernels, arena.bytes);
    for (const { spec, block } of this.summed)
      for (let row = 0; block && row < spec.length; row++)
        this.rowOf(block, row, spec.length).fill(0);
  }

  /** Adds the tensors of one sample, by name. */
  add(tensors: Readonly<Record<string, NumberTensor | undefined>>): void {
    for (const each of this.summed) {
      const tensor = tensors[each.spec.tap.value];
      if (!tensor) each.fault ||= 'the model did not give what it is multiplied with';
      else if (each.block) this.addVectors(each, each.block, tensor);
      else addLookUps(each, tensor);
    }
  }

  result(index: number): MomentSum {
    const { spec, block, diagonal, count, fault } = this.summed[index]!;
    if (!block) return { kind: 'diagonal', data: diagonal, count, fault };
    const { length } = spec;
    const data = new Float64Array(length * length);
    for (let row = 0; row < length; row++) {
      const own = this.rowOf(block, row, length);
      for (let col = 0; col <= row; col++) {
        data[row * length + col] = own[col]!;
        data[col * length + row] = own[col]!;
      }
    }
    return { kind: 'dense', data, count, fault };
  }

  private addVectors(sum: Summed, block: Block, tensor: NumberTensor): void {
    const { tap, length } = sum.spec;
    if (tap.form.kind === 'look-ups' || sum.fault !== '') return;
    const vectors = activationVectors(tensor, tap.form, length);
    const step = thinning(vectors.count);
    const count = Math.ceil(vectors.count / step);
    for (let first = 0; first < count; first += STRIP) {
      const rows = Math.min(STRIP, count - first);
      for (let row = 0; row < rows; row++) {
        const target = this.rowOf(this.strip, row, length);
        vectors.read((first + row) * step, target);
        if (!target.every(Number.isFinite)) {
          sum.fault = 'what it is multiplied with holds NaN or infinities on these inputs';
          return;
        }
      }
      this.addStrip(block, rows, length);
    }
    sum.count += count;
  }

  private addStrip(block: Block, rows: number, length: number): void {
    const blas = wasmBlas3(this.kernels, this.scratch);
    for (let first = 0; first < length; first += BAND) {
      const height = Math.min(BAND, length - first);
      const left = subBlock(this.strip, 0, first);
      const target = subBlock(block, first, 0);
      blas.gemm('TN', height, first + height, rows, 1, left, this.strip, 1, target);
    }
  }

  private rowOf(block: Block, row: number, length: number): Float64Array {
    return float64View(this.kernels, subBlock(block, row, 0).address, length);
  }
}

/** Odd, so that it is not in step with the rows of an image. */
function thinning(count: number): number {
  const step = Math.ceil(count / VECTORS_PER_SAMPLE);
  return step <= 1 ? 1 : step | 1;
}

function addLookUps(sum: Summed, tensor: NumberTensor): void {
  const { length, tap } = sum.spec;
  if (tap.form.kind !== 'look-ups') return;
  for (const index of asFloat64(tensor)) {
    const row = index < 0 ? index + length : index;
    if (!(row >= 0 && row < length)) {
      sum.fault = `a look-up names the row ${index} of its ${length}`;
      return;
    }
    sum.diagonal[row]!++;
    sum.count++;
  }
}
