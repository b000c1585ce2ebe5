import * as v from 'valibot';
import type { GemmLibrary } from '../core/linalg/gemmLibrary.ts';
import type { Kernels } from '../core/linalg/kernels.ts';
import { singularValues } from '../core/linalg/singularValues.ts';
import { machineFile, readRemembered } from './remembered.ts';
import { timed, trialMatrix } from './trialMatrix.ts';

/** What became of the trial of ONNX Runtime against the kernels. */
export interface Calibration {
  readonly useOrt: boolean;
  /** Why not; empty where it is used. */
  readonly reason: string;
}

/** Side of the matrix of the trial: large enough to tell, small enough to take a fifth of a second. */
const SIDE = 1024;
const REPEATS = 2;

/** As a share of the kernels' time: a gain smaller than this is noise. */
const GAIN = 0.95;

/** Backends may differ by this share of the largest singular value. */
const AGREEMENT = 5e-13;

/** Solves one matrix with the kernels and with ONNX Runtime in turn: absent, wrong or slower, it is not used. */
export function calibrate(
  kernels: Kernels,
  load: () => GemmLibrary,
  repeats = REPEATS,
): Calibration {
  const matrix = trialMatrix(SIDE, SIDE);
  try {
    const library = load();
    const times = { wasm: Infinity, ort: Infinity };
    for (let k = 0; k < repeats; k++) {
      const own = timed(() => singularValues(matrix, kernels));
      const ort = timed(() => singularValues(matrix, kernels, { library }));
      const apart = own.values.findIndex(
        (s, i) => !(Math.abs(s - ort.values[i]!) <= AGREEMENT * own.values[0]!),
      );
      if (apart >= 0) return { useOrt: false, reason: 'ONNX Runtime gave wrong products' };
      times.wasm = Math.min(times.wasm, own.ms);
      times.ort = Math.min(times.ort, ort.ms);
    }
    if (times.ort <= GAIN * times.wasm) return { useOrt: true, reason: '' };
    const found = `${Math.round(times.ort)} ms against ${Math.round(times.wasm)} ms`;
    return { useOrt: false, reason: `ONNX Runtime is not faster on this machine (${found})` };
  } catch (error) {
    const [line = ''] = (error as Error).message.split('\n');
    return { useOrt: false, reason: `ONNX Runtime cannot be used: ${line}` };
  }
}

const calibrationSchema = v.strictObject({ useOrt: v.boolean(), reason: v.string() });

/** Where the result is remembered, for one build of the kernels and one ONNX Runtime. */
export function calibrationFile(cacheDir: string, wasm: Uint8Array, ort: string): string {
  return machineFile(cacheDir, 'calibration', wasm, [ort]);
}

export function readCalibration(file: string): Calibration | undefined {
  return readRemembered(file, calibrationSchema);
}
