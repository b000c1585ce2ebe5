import { Worker } from 'node:worker_threads';
import { type Backend, type KernelBuild, usesOrt, withOrt } from './backend.ts';
import type { BackendChoice } from './backendName.ts';
import { type Calibration, calibrationFile, readCalibration } from './calibration.ts';
import { ortVersion } from './nativeParts.ts';
import { writeRemembered } from './remembered.ts';
import type { CalibrationStart } from './workerMessages.ts';

/** Of an engine, for as long as it runs. */
export interface BackendSearch {
  /** URL of worker.mjs. */
  readonly script: URL;
  readonly build: KernelBuild;
  readonly choice: BackendChoice;
  /** Folder of the bundles. */
  readonly dist: string;
  /** Empty: nothing is remembered. */
  readonly cacheDir: string;
}

/**
 * The backend of this machine, of which ONNX Runtime is a part only where a trial has shown that it is
 * there, right and faster; the trial runs in a thread of its own and is remembered in the cache's folder.
 */
export async function chooseBackend({
  script,
  build,
  choice,
  dist,
  cacheDir,
}: BackendSearch): Promise<Backend> {
  const own: Backend = { name: build.name, reason: build.reason };
  if (choice !== 'auto' && !usesOrt(choice)) return own;
  const ort = ortVersion(dist);
  if (ort === undefined)
    return { ...own, reason: 'this installation of Eigenscope has no ONNX Runtime' };
  const file = cacheDir === '' ? '' : calibrationFile(cacheDir, build.wasm, ort);
  let found = file === '' ? undefined : readCalibration(file);
  if (!found) {
    found = await trial(script, { kind: 'calibrate', wasm: build.wasm, dist });
    if (file !== '') writeRemembered(file, found);
  }
  const isWanted = found.useOrt || (usesOrt(choice) && found.reason.includes('not faster'));
  if (!isWanted) return { ...own, reason: found.reason };
  return { name: withOrt(build.name), reason: own.reason };
}

/** A native library that ends its thread or its process is broken; the latter, the engine's client will see. */
function trial(script: URL, start: CalibrationStart): Promise<Calibration> {
  return new Promise((resolve) => {
    const fail = (why: string): void =>
      resolve({ useOrt: false, reason: `ONNX Runtime cannot be used: ${why}` });
    const worker = new Worker(script, { workerData: start, execArgv: [] });
    worker.on('message', (calibration: Calibration) => resolve(calibration));
    worker.on('error', (error) => fail(error.message));
    worker.on('exit', () => fail('its trial ended without an answer'));
  });
}
