import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { loadKernels } from '../core/linalg/kernels.ts';
import { singularValues, solveFlops } from '../core/linalg/singularValues.ts';
import { timed, trialMatrix } from './trialMatrix.ts';
import type { PoolWork } from './workerPool.ts';

/** Less work is over before a clock can tell how fast it was. */
const LEAST_FLOPS = 1e9;

/** Share of the newest run: a machine that was busy once is not slow for ever. */
const NEWEST_SHARE = 0.5;

/** Side of the matrix that is solved where nothing is known yet: a tenth of a second on a small machine. */
const CALIBRATION_SIDE = 384;

const FILE = 'speed.json';

/**
 * How fast one worker of this machine solves, in floating-point operations a second: as earlier runs went,
 * remembered beside the solved spectra, else by one short solve. Of other kernels nothing is taken over.
 */
export class SolverSpeed {
  readonly kernelsHash: string;
  #known: number | undefined;

  constructor(
    private readonly cacheDir: string,
    private readonly wasm: Uint8Array<ArrayBuffer>,
  ) {
    this.kernelsHash = createHash('sha256').update(wasm).digest('hex');
  }

  flopsPerSecond(): number {
    this.#known ??= this.#remembered() ?? this.#remember(this.#calibrated());
    return this.#known;
  }

  /** Takes in how fast a run was; too short a one says nothing. */
  learn({ flops, seconds }: PoolWork): void {
    if (flops < LEAST_FLOPS || seconds <= 0) return;
    const before = this.#known ?? this.#remembered();
    const now = flops / seconds;
    const next = before === undefined ? now : before + NEWEST_SHARE * (now - before);
    this.#known = this.#remember(next);
  }

  #calibrated(): number {
    const kernels = loadKernels(this.wasm);
    const side = CALIBRATION_SIDE;
    const matrix = trialMatrix(side, side);
    const seconds = (): number => timed(() => singularValues(matrix, kernels)).ms / 1000;
    // The first solve compiles; of the others the fastest tells what the machine can do.
    seconds();
    return solveFlops(side, side) / Math.min(seconds(), seconds(), seconds());
  }

  #remembered(): number | undefined {
    const flopsPerSecond = this.#file()[this.kernelsHash];
    return typeof flopsPerSecond === 'number' && flopsPerSecond > 0 ? flopsPerSecond : undefined;
  }

  /** By the hash of the kernels: machines with other kernels may share the folder. */
  #file(): Record<string, unknown> {
    if (this.cacheDir === '') return {};
    try {
      const text = fs.readFileSync(path.join(this.cacheDir, FILE), 'utf8');
      const { flopsPerSecond } = JSON.parse(text) as Record<string, unknown>;
      return isRecord(flopsPerSecond) ? flopsPerSecond : {};
    } catch {
      // None yet, or damaged: it is measured again.
      return {};
    }
  }

  #remember(flopsPerSecond: number): number {
    if (this.cacheDir === '') return flopsPerSecond;
    const file = path.join(this.cacheDir, FILE);
    const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
    const speeds = { ...this.#file(), [this.kernelsHash]: flopsPerSecond };
    try {
      fs.mkdirSync(this.cacheDir, { recursive: true });
      fs.writeFileSync(temporary, JSON.stringify({ flopsPerSecond: speeds }));
      fs.renameSync(temporary, file);
    } catch {
      // A cache that cannot be written only means to measure again.
    }
    return flopsPerSecond;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
