import type { Element } from './block.ts';
import type { GemmForm } from './gemmModel.ts';

/** A contiguous row-major matrix: a view of the kernels' memory. */
export interface DenseView {
  readonly data: Float64Array | Float32Array;
  readonly rows: number;
  readonly cols: number;
}

/** A library that multiplies contiguous matrices: what is asked of ONNX Runtime. */
export interface GemmLibrary {
  /** Y = alpha op(A) op(B), plus Y itself where `form.add`, in place. */
  multiply(form: GemmForm, a: DenseView, b: DenseView, y: DenseView): void;
}

export function denseView(
  memory: WebAssembly.Memory,
  address: number,
  rows: number,
  cols: number,
  element: Element,
): DenseView {
  const { buffer } = memory;
  const data =
    element === 'float64'
      ? new Float64Array(buffer, address, rows * cols)
      : new Float32Array(buffer, address, rows * cols);
  return { data, rows, cols };
}
