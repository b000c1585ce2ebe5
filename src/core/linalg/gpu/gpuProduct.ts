import { LinalgError } from '../linalgError.ts';
import type { GpuDevice } from './gpuDevice.ts';
import { GpuError } from './gpuError.ts';
import { productName, preparePrograms } from './gpuPrograms.ts';
import { type GpuUse, runDispatches, withBuffers } from './gpuRun.ts';

/** A batch of row-major float32 matrices of one shape, one after the other. */
export interface MatrixBatch {
  readonly rows: number;
  readonly cols: number;
  readonly count: number;
  readonly data: Float32Array;
}

/**
 * op(A) op(B) for every pair of two batches, in float32, op being the transpose where asked for.
 *
 * @throws LinalgError `bad-shape` where the shapes do not fit, `cancelled`; GpuError `too-large`, and as the
 * device does.
 */
export async function gpuProduct(
  a: MatrixBatch,
  b: MatrixBatch,
  trans: { readonly transA: boolean; readonly transB: boolean },
  device: GpuDevice,
  use: GpuUse = {},
): Promise<MatrixBatch> {
  const [m, k] = trans.transA ? [a.cols, a.rows] : [a.rows, a.cols];
  const [inner, n] = trans.transB ? [b.cols, b.rows] : [b.rows, b.cols];
  requireShapes(a, b, k, inner);
  const { count } = a;
  const size = m * n;
  const most = Math.max(a.data.length, b.data.length, count * size);
  if (4 * most > Math.min(device.limits.maxBindingBytes, device.limits.maxBufferBytes)) {
    throw new GpuError(
      'too-large',
      `A product of ${count} matrices needs a buffer of ${Math.ceil((4 * most) / 2 ** 20)} MiB, more than ${device.adapter.name} allows.`,
    );
  }
  const name = productName(trans);
  const programs = await preparePrograms(device, [name], 0);
  const data = await withBuffers(
    device,
    { a: a.data.length, b: b.data.length, c: count * size },
    async (buffers) => {
      device.write(buffers.a, 0, a.data);
      device.write(buffers.b, 0, b.data);
      const parameters = {
        m,
        n,
        k,
        lda: a.cols,
        ldb: b.cols,
        ldc: n,
        offsetA: 0,
        offsetB: 0,
        offsetC: 0,
        batchA: a.rows * a.cols,
        batchB: b.rows * b.cols,
        batchC: size,
        splits: 1,
        splitDepth: k,
        splitC: 0,
      };
      const groups = [Math.ceil(n / 64), Math.ceil(m / 64), count] as const;
      const dispatch = programs.dispatch(
        name,
        [buffers.a, buffers.b, buffers.c],
        parameters,
        groups,
        2 * m * n * k * count,
      );
      await runDispatches(device, [dispatch], use);
      return device.read(buffers.c, 0, count * size);
    },
  );
  return { rows: m, cols: n, count, data };
}

/** @throws LinalgError `bad-shape`. */
function requireShapes(a: MatrixBatch, b: MatrixBatch, k: number, inner: number): void {
  for (const { rows, cols, count, data } of [a, b]) {
    if (data.length === rows * cols * count && count > 0) continue;
    throw new LinalgError(
      'bad-shape',
      `A batch of ${count} matrices of ${rows} x ${cols} holds ${data.length} values.`,
    );
  }
  if (k === inner && a.count === b.count) return;
  throw new LinalgError(
    'bad-shape',
    `${a.count} matrices with ${k} columns cannot be multiplied by ${b.count} with ${inner} rows.`,
  );
}
