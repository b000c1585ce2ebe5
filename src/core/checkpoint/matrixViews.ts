import { divisionParts } from './divisionParts.ts';
import type { Weight, WeightPart } from './checkpoint.ts';
import { LIMITS } from './limits.ts';

/** The matrices of a weight; where there is none, `reason` says why and `parts` is empty. */
export interface MatrixViews {
  readonly parts: readonly WeightPart[];
  readonly reason: string;
}

/** Axes of a kernel that WeightWatcher takes, beside the two of the channels. */
const COMPAT_KERNEL_AXES = 2;

/**
 * How a weight is seen as matrices. Nothing is copied: the views are strides into the stored tensor.
 *
 * - Linear, recurrent, embedding: one matrix, as stored (singular values do not change when it is
 *   transposed); in robust mode one for each part of its division.
 * - Convolution `[O, I/g, ...kernel]`, robust: one `[O/g, I/g * kernel]` matrix per group.
 * - Transposed convolution `[I, O/g, ...kernel]`, robust: one `[I/g, O/g * kernel]` matrix per group. The
 *   operation is the adjoint of the convolution that has this very kernel and leads from O channels to I,
 *   so this is that convolution's matrix, and both have the same singular values.
 * - Either, compat: the slices `W[:, :, position]` of all kernel positions, pooled; groups are not
 *   seen. As in WeightWatcher (0.7.5.5, `_get_conv2D_Wmats`), which takes the two leading axes for the
 *   kernel where they are the smaller ones. It leaves out 1-D convolutions; here they are sliced alike.
 * - What WeightWatcher leaves out for its number of axes (gates in one tensor, batches, kernels over three
 *   axes) has no view in compat mode; what it sees as one matrix (query, key and value) is whole.
 *
 * In robust mode a matrix of one row or column is no matrix: its only singular value is its norm.
 */
export function matrixViews(weight: Weight, mode: 'robust' | 'compat'): MatrixViews {
  if (weight.parameters === 0)
    return none(`a tensor of shape ${shapeOf(weight)} holds no elements`);
  if (weight.role === 'conv')
    return mode === 'compat' ? pooledSlices(weight) : flattenedGroups(weight);
  const { division } = weight;
  if (mode === 'robust') return division ? divisionParts(weight, division) : storedMatrix(weight);
  if (weight.role === 'recurrent' && weight.shape.length > 2)
    return none(
      `the gates of a recurrent layer in one tensor of ${weight.shape.length} axes, which WeightWatcher leaves out`,
    );
  if (division && division.batchAxes > 0)
    return none(
      `a batch of matrices (${shapeOf(weight)}), which WeightWatcher does not take apart`,
    );
  return { parts: [wholeMatrix(weight)], reason: '' };
}

function storedMatrix(weight: Weight): MatrixViews {
  const part = wholeMatrix(weight);
  const { rows, cols } = part.view;
  if (Math.min(rows, cols) === 1)
    return none(`a ${rows} x ${cols} matrix is a vector, whose only singular value is its norm`);
  return { parts: [part], reason: '' };
}

function wholeMatrix(weight: Weight): WeightPart {
  const rows = product(weight.shape.slice(0, weight.rowAxes));
  const cols = weight.parameters / rows;
  const view = { rows, cols, rowStride: cols, colStride: 1, offsets: [0] };
  return { part: '', kind: 'matrix', view };
}

/** The leading axis is the one that groups divide, of a convolution and of a transposed one. */
function flattenedGroups(weight: Weight): MatrixViews {
  const { groups, parameters } = weight;
  const leading = weight.shape[0]!;
  const rows = leading / groups;
  const cols = parameters / leading;
  if (Math.min(rows, cols) === 1)
    return none(
      groups > 1 && rows === 1
        ? `a depthwise convolution: each of its ${groups} filters is a vector of ${cols} values, whose only singular value is its norm`
        : `each of its matrices is a vector of ${Math.max(rows, cols)} values, whose only singular value is its norm`,
    );
  if (groups > LIMITS.matrices) return none(`${groups} groups are more than are analyzed`);
  const parts = Array.from({ length: groups }, (_, k): WeightPart => ({
    part: groups === 1 ? '' : `group ${k + 1}`,
    kind: 'flattened',
    view: { rows, cols, rowStride: cols, colStride: 1, offsets: [k * rows * cols] },
  }));
  return { parts, reason: '' };
}

function pooledSlices(weight: Weight): MatrixViews {
  const [outputs, inputs, ...kernel] = weight.shape as [number, number, ...number[]];
  if (kernel.length > COMPAT_KERNEL_AXES)
    return none(`a kernel over ${kernel.length} axes, which WeightWatcher leaves out`);
  const positions = product(kernel);
  if (positions > LIMITS.matrices && kernel.length === 1)
    return none(`${positions} kernel positions are more than are analyzed`);
  const channelsFirst = kernel.length < 2 || outputs + inputs >= kernel[0]! + kernel[1]!;
  const view = channelsFirst
    ? {
        rows: outputs,
        cols: inputs,
        rowStride: inputs * positions,
        colStride: positions,
        offsets: Array.from({ length: positions }, (_, k) => k),
      }
    : {
        rows: kernel[0]!,
        cols: kernel[1]!,
        rowStride: kernel[1]!,
        colStride: 1,
        offsets: Array.from({ length: outputs * inputs }, (_, k) => k * positions),
      };
  return { parts: [{ part: '', kind: 'slices', view }], reason: '' };
}

function none(reason: string): MatrixViews {
  return { parts: [], reason };
}

function shapeOf({ shape }: Weight): string {
  return shape.join(' x ');
}

function product(lengths: readonly number[]): number {
  return lengths.reduce((total, length) => total * length, 1);
}
