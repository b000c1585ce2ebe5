import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acceptAdapter } from '../../../../../src/core/linalg/gpu/adapterAcceptance.ts';
import { countedGpu } from '../../../../../src/core/linalg/gpu/countedGpu.ts';
import { gpuBand } from '../../../../../src/core/linalg/gpu/gpuBand.ts';
import { GpuError, type GpuErrorCode } from '../../../../../src/core/linalg/gpu/gpuError.ts';
import { gpuProduct } from '../../../../../src/core/linalg/gpu/gpuProduct.ts';
import {
  type FinishBand,
  finishHere,
  gpuSingularValues,
} from '../../../../../src/core/linalg/gpu/gpuSingularValues.ts';
import { gpuWindowSpectra } from '../../../../../src/core/linalg/gpu/gpuWindowSpectra.ts';
import type { Kernels } from '../../../../../src/core/linalg/kernels.ts';
import type { Matrix } from '../../../../../src/core/linalg/matrix.ts';
import { singularValues } from '../../../../../src/core/linalg/singularValues.ts';
import type { DawnDevice } from '../../../../../src/engine/gpu/dawnDevice.ts';
import { faultyGpu } from '../../../../fixtures/faultyGpu.ts';
import { testKernels } from '../../../../fixtures/kernels.ts';
import { gaussian, matrixKinds, matrixOf, product } from '../../../../fixtures/matrixKinds.ts';
import { seededRandom } from '../../../../fixtures/seededRandom.ts';
import { openSoftwareGpu, vulkan } from '../../../../fixtures/softwareGpu.ts';

/** Compiling for a software adapter takes many seconds on a busy machine. */
const COMPILE_MS = 300_000;

describe.skipIf(!vulkan)('on the software Vulkan', () => {
  let device: DawnDevice;
  let kernels: Kernels;
  let finish: FinishBand;

  beforeAll(async () => {
    kernels = await testKernels();
    finish = finishHere(kernels);
    device = await openSoftwareGpu();
    await gpuBand(gaussian(40, 40, seededRandom(1)), device);
    const { data } = gaussian(20, 20, seededRandom(1));
    await gpuWindowSpectra(data, whole(20, 20), device, finish);
  }, COMPILE_MS);

  afterAll(() => device.destroy());

  function whole(rows: number, cols: number) {
    return { rows, cols, rowStride: cols, colStride: 1, offsets: [0] };
  }

  /** Largest error relative to the largest singular value. */
  function worst(found: Float64Array, expected: Float64Array): number {
    expect(found.length).toBe(expected.length);
    const most = found.reduce((worst, s, i) => Math.max(worst, Math.abs(s - expected[i]!)), 0);
    return expected[0] === 0 ? most : most / expected[0]!;
  }

  /** The error on weights: 5e-7. Spectra whose values are all the same show every rounding at once: 2e-6. */
  const FLAT = 2e-6;
  const GENERAL = 5e-7;

  test.each([
    ['gauss', 64, 64, GENERAL],
    ['gauss', 384, 384, GENERAL],
    ['gauss', 384, 250, GENERAL],
    ['gauss', 100, 333, GENERAL],
    ['gauss', 1200, 70, GENERAL],
    ['gauss', 37, 700, GENERAL],
    ['gauss', 3, 2, GENERAL],
    ['gauss', 1, 50, GENERAL],
    ['rank deficient', 160, 128, GENERAL],
    ['rank 1', 128, 96, GENERAL],
    ['ones', 256, 200, GENERAL],
    ['sign-flipped constant', 192, 256, GENERAL],
    ['block constant', 200, 200, GENERAL],
    ['duplicate columns', 96, 150, GENERAL],
    ['graded columns', 150, 100, GENERAL],
    ['graded rows', 120, 120, GENERAL],
    ['Pareto', 128, 160, GENERAL],
    ['sparse', 200, 120, GENERAL],
    ['huge', 90, 110, GENERAL],
    ['denormal', 130, 65, GENERAL],
    ['both ends of the range', 100, 100, GENERAL],
    ['zero', 80, 70, GENERAL],
    ['orthogonal', 150, 150, FLAT],
    ['Hadamard', 256, 256, FLAT],
    ['identity', 96, 96, FLAT],
  ] as const)('dense to band: %s, %i x %i', async (kind, rows, cols, allowed) => {
    const matrix = matrixKinds[kind]!(rows, cols, seededRandom(rows + cols));
    const found = await gpuSingularValues(matrix, device, finish);
    expect(worst(found, singularValues(matrix, kernels))).toBeLessThanOrEqual(allowed);
  });

  test.each([
    ['gauss', 64, 64, GENERAL],
    ['gauss', 100, 60, GENERAL],
    ['gauss', 60, 100, GENERAL],
    ['gauss', 240, 240, GENERAL],
    ['gauss', 17, 2, GENERAL],
    ['gauss', 1, 1, GENERAL],
    ['ones', 150, 128, GENERAL],
    ['rank deficient', 128, 128, GENERAL],
    ['Pareto', 96, 128, GENERAL],
    ['huge', 64, 48, GENERAL],
    ['denormal', 64, 48, GENERAL],
    ['Hadamard', 128, 128, FLAT],
  ] as const)('windows wholly on the device: %s, %i x %i', async (kind, rows, cols, allowed) => {
    const [height, width] = [rows + 21, cols + 13];
    const { data } = matrixKinds[kind]!(height, width, seededRandom(rows * cols));
    const offsets = [0, 5 * width + 3, 21 * width + 13];
    const view = { rows, cols, rowStride: width, colStride: 1, offsets };
    const found = await gpuWindowSpectra(data, view, device, finish);
    const count = Math.min(rows, cols);
    for (const [w, offset] of offsets.entries()) {
      const window = matrixOf(rows, cols, (i, j) => data[offset + i * width + j]!);
      const values = found.subarray(w * count, (w + 1) * count);
      expect(worst(values, singularValues(window, kernels))).toBeLessThanOrEqual(allowed);
    }
  });

  test('windows go through in batches where the memory is small', async () => {
    const { data } = gaussian(60, 40, seededRandom(7));
    const view = { rows: 30, cols: 30, rowStride: 40, colStride: 1, offsets: [0, 5, 400, 1200, 7] };
    const { device: counted, counts } = countedGpu(device);
    const together = await gpuWindowSpectra(data, view, counted, finish);
    const submitted = counts.submissions;
    const apart = await gpuWindowSpectra(data, view, counted, finish, { memoryBytes: 150_000 });
    expect(apart).toEqual(together);
    expect(counts.submissions).toBeGreaterThan(2 * submitted);
  });

  test('a window of far smaller entries is as exact as the others', async () => {
    const { data } = matrixOf(64, 32, (i, j) => Math.sin(i * j + i + 2 * j) * (i < 32 ? 1 : 1e-20));
    const view = { rows: 32, cols: 32, rowStride: 32, colStride: 1, offsets: [0, 1024] };
    const found = await gpuWindowSpectra(data, view, device, finish);
    const small = { rows: 32, cols: 32, data: data.subarray(1024) };
    const values = found.subarray(32);
    expect(worst(values, singularValues(small, kernels))).toBeLessThanOrEqual(GENERAL);
  });

  test.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])(
    'batched products with A transposed: %s, B transposed: %s',
    async (transA, transB) => {
      const [m, n, k, count] = [70, 67, 33, 3];
      const random = seededRandom(3);
      const shape = (r: number, c: number, flipped: boolean) =>
        flipped ? { rows: c, cols: r } : { rows: r, cols: c };
      const batch = (r: number, c: number, flipped: boolean) => ({
        ...shape(r, c, flipped),
        count,
        data: Float32Array.from({ length: r * c * count }, () => random.normal()),
      });
      const a = batch(m, k, transA);
      const b = batch(k, n, transB);
      const found = await gpuProduct(a, b, { transA, transB }, device);
      const part = (x: typeof a, w: number, flipped: boolean): Matrix => {
        const base = w * x.rows * x.cols;
        return flipped
          ? matrixOf(x.cols, x.rows, (i, j) => x.data[base + j * x.cols + i]!)
          : matrixOf(x.rows, x.cols, (i, j) => x.data[base + i * x.cols + j]!);
      };
      for (let w = 0; w < count; w++) {
        const expected = product(part(a, w, transA), part(b, w, transB));
        const values = Float64Array.from(found.data.subarray(w * m * n, (w + 1) * m * n));
        const off = values.reduce(
          (most, x, i) => Math.max(most, Math.abs(x - expected.data[i]!)),
          0,
        );
        expect(off).toBeLessThan(2e-5);
      }
    },
    COMPILE_MS,
  );

  test.each([
    [256, 256],
    [700, 128],
  ])(
    'the first stage of %i x %i is done in WGSL, and only the band is read',
    async (rows, cols) => {
      const { device: counted, counts } = countedGpu(device);
      const { band } = await gpuBand(gaussian(rows, cols, seededRandom(2)), counted);
      const direct = 4 * rows * cols ** 2 - (4 / 3) * cols ** 3;
      const folded = 2 * rows * cols ** 2 + 2 * cols ** 3;
      const firstStage = rows >= 2 * cols ? folded : direct;
      expect(counts.reads).toEqual([band!.triangles.length]);
      expect(counts.flopsAtRead[0]).toBe(counts.flops);
      expect(counts.flops).toBeGreaterThan(0.9 * firstStage);
      expect(counts.flops).toBeLessThan(2 * firstStage);
    },
  );

  test('the finish of one matrix overlaps the first stage of the next', async () => {
    const trace: string[] = [];
    const { device: counted } = countedGpu(device);
    const traced = faultyGpu(counted, {
      submit: (dispatches) => {
        trace.push('submit');
        counted.submit(dispatches);
      },
    });
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const [first, second] = [4, 5].map((seed) => gaussian(64, 64, seededRandom(seed)));
    const one = gpuSingularValues(first!, traced, async (band, count) => {
      trace.push('finish 1');
      await held;
      return finish(band, count);
    });
    const two = gpuSingularValues(second!, traced, (band, count) => {
      trace.push('finish 2');
      release();
      return finish(band, count);
    });
    const [found] = await Promise.all([one, two]);
    expect(worst(found, singularValues(first!, kernels))).toBeLessThan(GENERAL);
    expect(trace.filter((entry) => entry.startsWith('finish'))).toEqual(['finish 1', 'finish 2']);
  });

  test('a cancelled solve stops between submissions', async () => {
    const { device: counted, counts } = countedGpu(device);
    const use = { flopsPerSubmit: 1e5, cancelled: () => counts.submissions >= 3 };
    await expect(gpuBand(gaussian(96, 96, seededRandom(1)), counted, use)).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(counts.submissions).toBe(3);
  });

  async function failure(faults: Parameters<typeof faultyGpu>[1]): Promise<GpuErrorCode> {
    const solve = gpuBand(gaussian(50, 50, seededRandom(1)), faultyGpu(device, faults));
    const error = await solve.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(GpuError);
    return (error as GpuError).code;
  }

  test('a refused allocation gives back what was allocated before', async () => {
    let alive = 0;
    let made = 0;
    const code = await failure({
      createBuffer: async (bytes) => {
        if (++made > 5) throw new GpuError('out-of-memory', 'No more memory.');
        alive++;
        const buffer = await device.createBuffer(bytes);
        const destroy = buffer.destroy.bind(buffer);
        buffer.destroy = () => {
          alive--;
          destroy();
        };
        return buffer;
      },
    });
    expect(code).toBe('out-of-memory');
    expect([made, alive]).toEqual([6, 0]);
  });

  test('the driver itself refuses more than the adapter has', async () => {
    await expect(device.createBuffer(2 ** 40)).rejects.toMatchObject({ code: 'too-large' });
  });

  test('a matrix beyond the memory budget is refused before anything is allocated', async () => {
    const solve = gpuBand(gaussian(300, 300, seededRandom(1)), device, { memoryBytes: 2 ** 18 });
    await expect(solve).rejects.toMatchObject({ code: 'too-large' });
  });

  test.each([
    ['one wrong number', (result: Float32Array) => result.fill(3, 40, 41)],
    ['all zeros', (result: Float32Array) => result.fill(0)],
    ['a NaN', (result: Float32Array) => result.fill(NaN, 7, 8)],
  ])('an adapter that gives %s is not believed', async (_what, falsify) => {
    const code = await failure({
      read: async (buffer, offset, count) => falsify(await device.read(buffer, offset, count)),
    });
    expect(code).toBe('wrong-result');
  });

  test('an adapter that lies in a plausible way fails the self-test', async () => {
    const flipped = faultyGpu(device, {
      // The same sum of squares, in the wrong places.
      read: async (buffer, offset, count) => (await device.read(buffer, offset, count)).reverse(),
    });
    const report = await acceptAdapter(flipped, { kernels, workers: 1, allowSoftware: true });
    expect(report.isUsed).toBe(false);
    expect(report.error).toBeGreaterThan(1e-5);
    expect(report.reason).toMatch(/failed the self-test/);
  });

  test('a software adapter is refused unless it is asked for', async () => {
    const report = await acceptAdapter(device, { kernels, workers: 1 });
    expect(report).toMatchObject({ isUsed: false, error: null, calibration: null });
    expect(report.reason).toMatch(/is a software adapter/);
    const asked = await acceptAdapter(device, { kernels, workers: 1, allowSoftware: true });
    expect(asked.isUsed).toBe(true);
    expect(asked.error).toBeLessThan(5e-7);
    expect(asked.calibration!.gpu).toBeGreaterThan(0);
    expect(asked.calibration!.cpu).toBeGreaterThan(asked.calibration!.gpu);
  });

  test('an adapter slower than the CPU is refused', async () => {
    const adapter = { ...device.adapter, type: 'discrete' as const };
    const report = await acceptAdapter(faultyGpu(device, { adapter }), { kernels, workers: 8 });
    expect(report.isUsed).toBe(false);
    expect(report.reason).toMatch(/is slower than the CPU/);
  });

  test(
    'a device that is lost amid its work says so, and another goes on',
    async () => {
      const doomed = await openSoftwareGpu();
      const fault = faultyGpu(doomed, {
        read: (buffer, offset, count) => {
          doomed.forceLoss();
          return doomed.read(buffer, offset, count);
        },
      });
      const one = { rows: 1, cols: 1, count: 1, data: Float32Array.of(2) };
      const straight = { transA: false, transB: false };
      await expect(gpuProduct(one, one, straight, fault)).rejects.toMatchObject({ code: 'lost' });
      expect((await doomed.lost).reason).not.toBe('');
      await expect(doomed.createBuffer(16)).rejects.toMatchObject({ code: 'lost' });
      doomed.destroy();
      doomed.destroy();
      expect((await gpuProduct(one, one, straight, device)).data).toEqual(Float32Array.of(4));
    },
    COMPILE_MS,
  );
});
