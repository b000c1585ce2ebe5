import type { Kernels } from '../kernels.ts';
import type { Matrix } from '../matrix.ts';
import { singularValues, solveFlops } from '../singularValues.ts';
import type { GpuAdapter, GpuDevice } from './gpuDevice.ts';
import { GpuError } from './gpuError.ts';
import { finishHere, gpuSingularValues } from './gpuSingularValues.ts';
import { gpuWindowSpectra } from './gpuWindowSpectra.ts';

/** What the self-test page shows. Plain data. */
export interface ComputeSelfTest {
  /** Null where no device could be opened. */
  readonly adapter: GpuAdapter | null;
  readonly isUsed: boolean;
  /** Why it is used or not, as a sentence. */
  readonly reason: string;
  /** Largest error of the self-test relative to the largest singular value; null where it did not run. */
  readonly error: number | null;
  /** Null where it was not reached. */
  readonly calibration: Calibration | null;
}

/** The same work on both sides, in GFlop/s of `solveFlops`. */
export interface Calibration {
  readonly gpu: number;
  /** Of all workers together. */
  readonly cpu: number;
}

export interface AcceptanceOptions {
  readonly kernels: Kernels;
  /** Workers of the CPU pool. */
  readonly workers: number;
  /** Software adapters are used only by those who ask for one by name. */
  readonly allowSoftware?: boolean;
  /** Milliseconds that have passed; `performance.now` but for tests. */
  readonly now?: () => number;
}

const SELF_TEST_SIZE = 64;
const SELF_TEST_ERROR = 1e-5;

/**
 * Windows of the calibration: few first, which tell a hopeless adapter from others, then enough to fill a
 * GPU, 0.1 s of a slow one.
 */
const CALIBRATION = { size: 128, few: 2, fewMs: 250, many: 64, cpuRepeats: 3 };

/**
 * Whether a device is worth its results: no software adapter, singular values of a 64 x 64 matrix to 1e-5
 * of the largest, and more of the same work done in a second than the CPU pool does. A device that fails
 * on the way is not used, and the reason says how.
 */
export async function acceptAdapter(
  device: GpuDevice,
  options: AcceptanceOptions,
): Promise<ComputeSelfTest> {
  const { adapter } = device;
  const refused = (reason: string, rest: Partial<ComputeSelfTest> = {}): ComputeSelfTest => ({
    adapter,
    isUsed: false,
    error: null,
    calibration: null,
    ...rest,
    reason,
  });
  if (adapter.type === 'cpu' && options.allowSoftware !== true) {
    return refused(`${adapter.name} is a software adapter: the CPU itself is faster.`);
  }
  try {
    const error = await selfTestError(device, options.kernels);
    if (!(error <= SELF_TEST_ERROR)) {
      return refused(
        `${adapter.name} failed the self-test: its singular values are off by ${error.toExponential(1)} of the largest, where ${SELF_TEST_ERROR.toExponential()} is allowed.`,
        { error },
      );
    }
    const calibration = await calibrate(device, options);
    const rates = `${calibration.gpu.toFixed(1)} GFlop/s against ${calibration.cpu.toFixed(1)} of the CPU with ${options.workers} workers`;
    if (calibration.gpu > calibration.cpu || options.allowSoftware === true) {
      return {
        adapter,
        isUsed: true,
        reason: `${adapter.name} is used: ${rates}.`,
        error,
        calibration,
      };
    }
    return refused(`${adapter.name} is slower than the CPU: ${rates}.`, { error, calibration });
  } catch (error) {
    if (!(error instanceof GpuError)) throw error;
    return refused(error.message);
  }
}

/** The self-test where no device could be opened. */
export function absentAdapter(error: GpuError): ComputeSelfTest {
  return { adapter: null, isUsed: false, reason: error.message, error: null, calibration: null };
}

async function selfTestError(device: GpuDevice, kernels: Kernels): Promise<number> {
  const matrix = scatteredMatrix(SELF_TEST_SIZE, SELF_TEST_SIZE);
  const expected = singularValues(matrix, kernels);
  const found = await gpuSingularValues(matrix, device, finishHere(kernels));
  return found.reduce((most, s, i) => Math.max(most, Math.abs(s - expected[i]!)), 0) / expected[0]!;
}

async function calibrate(device: GpuDevice, options: AcceptanceOptions): Promise<Calibration> {
  const { kernels, workers, now = () => performance.now() } = options;
  const { size, few, fewMs, many, cpuRepeats } = CALIBRATION;
  const matrix = scatteredMatrix(size + many, size);
  const msPerWindow = async (count: number): Promise<number> => {
    const offsets = Array.from({ length: count }, (_, w) => w * size);
    const view = { rows: size, cols: size, rowStride: size, colStride: 1, offsets };
    const start = now();
    await gpuWindowSpectra(matrix.data, view, device, finishHere(kernels));
    return (now() - start) / count;
  };
  // The first run compiles.
  await msPerWindow(1);
  const first = await msPerWindow(few);
  const gpuMs = first * few > fewMs ? first : await msPerWindow(many);
  const window = { rows: size, cols: size, data: matrix.data.subarray(0, size * size) };
  const times = Array.from({ length: cpuRepeats }, () => {
    const start = now();
    singularValues(window, kernels);
    return now() - start;
  });
  const flops = solveFlops(size, size);
  return { gpu: flops / gpuMs / 1e6, cpu: (workers * flops) / Math.min(...times) / 1e6 };
}

/** The same numbers in (-1, 1) everywhere: what a matrix of weights looks like, as far as a test goes. */
function scatteredMatrix(rows: number, cols: number): Matrix {
  const data = Float64Array.from({ length: rows * cols }, (_, i) => {
    let h = Math.imul(i + 1, 0x9e3779b9);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return ((h ^ (h >>> 16)) >> 8) / 2 ** 23;
  });
  return { rows, cols, data };
}
