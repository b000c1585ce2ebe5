import type { Blas3 } from './blas3.ts';
import { type Block, bytesOf, copyInto, transposeInto } from './block.ts';
import { denseView, type GemmLibrary } from './gemmLibrary.ts';
import type { Kernels } from './kernels.ts';

/** Below so many operations the call of a library costs more than it saves. */
const SMALL = 4e6;

/** Below this depth an update of a large C is mostly reading and writing C, where libraries gain nothing. */
const SHALLOW = 40;

/**
 * Blas3 by a library that knows contiguous matrices only. The large matrix of a product, B or C, stays
 * where it is and is taken with all that lies between its rows, as rows of `stride` elements; the other
 * operands are copied, filled up with zeros where what lies between would be multiplied, and what the
 * product says of the space between is either left alone or dropped. So blocks must be followed by
 * `stride` elements, and all between their rows be finite.
 *
 * Small products, and forms in which nothing large can stay or that the solver does not ask for, are left to
 * `kernelBlas`; which they are depends on the form and the shapes alone, so that the same matrix gives the
 * same bits.
 */
export function libraryBlas3(
  kernels: Kernels,
  library: GemmLibrary,
  scratch: number,
  kernelBlas: Blas3,
): Blas3 {
  const view = (address: number, rows: number, cols: number, block: Block) =>
    denseView(kernels.memory, address, rows, cols, block.element);

  /** A contiguous copy at `address`, `cols` of each row and zeros up to `width`; the address after it. */
  const pack = (
    block: Block,
    rows: number,
    cols: number,
    width: number,
    address: number,
  ): number => {
    if (width > cols) view(address, rows, width, block).data.fill(0);
    copyInto(kernels, block, rows, cols, { address, stride: width, element: block.element });
    return after(address, rows * width, block);
  };

  const blas: Blas3 = {
    multipliesGaps: true,
    gemm(transposition, m, n, k, alpha, a, b, beta, c) {
      const transA = transposition.startsWith('T');
      const transB = transposition.endsWith('T');
      const form = { element: c.element, transA, transB, alpha, add: beta === 1 };
      const isUpdate = !transB && m > k;
      if (
        2 * m * n * k < SMALL ||
        (isUpdate && k < SHALLOW) ||
        (transB && (transA || beta === 1))
      ) {
        kernelBlas.gemm(transposition, m, n, k, alpha, a, b, beta, c);
        return;
      }
      const [rowsA, colsA] = transA ? [k, m] : [m, k];
      if (isUpdate) {
        // C is large: op(A) and B are copied, B with zeros, so that C keeps what lies between its rows. A is
        // turned on the way: libraries take it untransposed faster, where the depth is small.
        const straight = view(scratch, m, k, a);
        if (transA) transposeInto(kernels, a, k, m, { ...a, address: scratch, stride: k });
        else pack(a, m, k, k, scratch);
        const afterA = after(scratch, m * k, a);
        pack(b, k, n, c.stride, afterA);
        const target = view(c.address, m, c.stride, c);
        if (beta === 0)
          for (let i = 0; i < m; i++) target.data.fill(0, i * c.stride, i * c.stride + n);
        library.multiply(
          { ...form, transA: false, add: true },
          straight,
          view(afterA, k, c.stride, b),
          target,
        );
        return;
      }
      if (transB) {
        // The product is turned, so that the large matrix comes first: libraries copy the right operand into
        // their own order before they multiply, which takes as long as 32 rows of products, and read the left
        // one where it is.
        pack(a, m, k, b.stride, scratch);
        const afterA = after(scratch, m * b.stride, a);
        library.multiply(
          form,
          view(b.address, n, b.stride, b),
          view(scratch, m, b.stride, a),
          view(afterA, n, m, c),
        );
        const product = { address: afterA, stride: m, element: c.element };
        transposeInto(kernels, product, n, m, c);
        return;
      }
      const afterA = pack(a, rowsA, colsA, colsA, scratch);
      if (form.add) pack(c, m, n, b.stride, afterA);
      library.multiply(
        form,
        view(scratch, rowsA, colsA, a),
        view(b.address, k, b.stride, b),
        view(afterA, m, b.stride, c),
      );
      copyInto(kernels, { address: afterA, stride: b.stride, element: c.element }, m, n, c);
    },
    updateAndMultiply(update, c, count, length, n, size, w) {
      if (update) {
        const { u, v, depth } = update;
        blas.gemm('TN', count, length, depth, -1, u, v, 1, c);
      }
      blas.gemm('NT', size, count, length, -1, n, c, 0, w);
    },
  };
  return blas;
}

/** The first cache line after so many elements at an address. */
function after(address: number, count: number, { element }: Block): number {
  return address + Math.ceil((count * bytesOf(element)) / 64) * 64;
}
