import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { readOnnxModel, type OnnxModel } from '../core/checkpoint/onnx/onnxCheckpoint.ts';
import { openRangeReader } from '../core/checkpoint/rangeReader.ts';
import type { MomentPlace, MomentPlaces } from '../core/moments/momentFile.ts';
import { momentBytes, type MomentSpec } from '../core/moments/momentSums.ts';
import type { PlanCalibration } from '../core/plan/plan.ts';
import { inputTaps, type WeightTaps } from '../core/rewrite/inputTaps.ts';
import { tappedCheckpoint } from '../core/rewrite/tappedCheckpoint.ts';
import { VerifyError } from '../core/verify/verifyError.ts';
import { CancelledError } from '../protocol/cancellation.ts';
import type { CalibrationRequest } from './calibrationRequest.ts';
import { readModelFile } from './modelFile.ts';
import { startModel, type ModelProcess } from './modelProcess.ts';
import type { StoredSum } from './runnerApi.ts';
import { chosenSamples, type ChosenSamples } from './chosenSamples.ts';
import { withAdvice } from './verifyModels.ts';

/** What the weights of a model were multiplied with on some inputs. */
export interface WeightMoments {
  /** By the weight's id. The file is there until the use of it is over. */
  readonly places: MomentPlaces;
  /** By the weight's id, why nothing is known of its inputs. */
  readonly refused: ReadonlyMap<string, string>;
  readonly calibration: PlanCalibration;
}

export interface MomentTools {
  /** Folder with runner.mjs and kernels.wasm. */
  readonly dist: string;
  /** Bytes that the sums of one run may take. */
  readonly memoryLimit: number;
  readonly signal?: AbortSignal | undefined;
  /** Told before each run of the model. */
  readonly onRun?: (done: number, total: number) => void;
}

/** WebAssembly addresses 4 GiB, and the vectors of a sample lie beside the sums. */
const MOST_BYTES = 3 * 2 ** 30;

/**
 * Runs a copy of a model that gives out what its weights are multiplied with, in a process of its own, on all
 * samples, sums the second moments of these vectors and hands them on. Where all sums together take more
 * than the memory that they may have, the samples are run more than once. What is written for it is in a
 * folder for temporary files and gone afterwards.
 *
 * @param wanted ids of the weights to look at
 * @throws VerifyError, CheckpointError, RewriteError, CancelledError, and what `use` throws
 */
export async function withMoments<T>(
  file: string,
  request: CalibrationRequest,
  wanted: ReadonlySet<string>,
  tools: MomentTools,
  use: (moments: WeightMoments) => Promise<T>,
): Promise<T> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'eigenscope-'));
  try {
    return await use(await summed(file, request, wanted, tools, folder));
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function summed(
  file: string,
  request: CalibrationRequest,
  wanted: ReadonlySet<string>,
  tools: MomentTools,
  folder: string,
): Promise<WeightMoments> {
  const { signal } = tools;
  const kills: (() => void)[] = [];
  const kill = (): void => kills.forEach((each) => each());
  signal?.addEventListener('abort', kill, { once: true });
  const checkCancelled = (): void => {
    if (signal?.aborted) throw new CancelledError();
  };
  try {
    const limit = Math.min(tools.memoryLimit, MOST_BYTES);
    const { tapped, taps, refused } = tapModel(file, wanted, limit, folder);
    checkCancelled();
    const model = await startModel(tapped, {
      dist: tools.dist,
      threads: 1,
      started: (end) => void kills.push(end),
    });
    const samples = chosenSamples(request, model.interface.inputs, readModelFile(file).hints);
    const { specs, indices } = sharedSpecs(taps);
    const store = path.join(folder, 'moments.bin');
    const sums = await sumsOf(model, samples, specs, limit, store, tools, checkCancelled);
    const places = new Map<string, MomentPlace>();
    for (const [w, { id, side, length }] of taps.entries()) {
      const own = indices[w]!.map((k) => sums[k]!);
      const fault = own.find((each) => each.fault !== '')?.fault;
      const count = own.reduce((total, each) => total + each.count, 0);
      if (fault !== undefined) refused.set(id, fault);
      else if (count === 0) refused.set(id, 'these inputs never reach it');
      else {
        const offsets = own.map(({ offset }) => offset);
        places.set(id, { id, side, length, count, kind: own[0]!.kind, file: store, offsets });
      }
    }
    return { places, refused, calibration: calibrationOf(request, samples) };
  } catch (error) {
    checkCancelled();
    throw withAdvice(ofModel(error, file, folder), request);
  } finally {
    signal?.removeEventListener('abort', kill);
    kill();
  }
}

interface TappedModel {
  /** Path of the copy that is run. */
  readonly tapped: string;
  readonly taps: readonly WeightTaps[];
  readonly refused: Map<string, string>;
}

function tapModel(
  file: string,
  wanted: ReadonlySet<string>,
  limit: number,
  folder: string,
): TappedModel {
  const reader = openRangeReader(file);
  try {
    const model: OnnxModel = readOnnxModel(reader);
    const refused = new Map<string, string>();
    const taps: WeightTaps[] = [];
    for (const weight of model.checkpoint.weights) {
      if (!wanted.has(weight.id)) continue;
      const found = inputTaps(model, weight);
      if ('refused' in found) {
        refused.set(weight.id, found.refused);
        continue;
      }
      const bytes = Math.max(
        ...found.taps.map((tap) => momentBytes({ tap, length: found.length })),
      );
      if (bytes > limit)
        refused.set(
          weight.id,
          `the products of its ${found.length} inputs need ${megabytes(bytes)} MB of memory and ${megabytes(limit)} MB may be used`,
        );
      else taps.push(found);
    }
    const values = taps.flatMap((each) => each.taps.map(({ value }) => value));
    return { tapped: tappedCheckpoint(reader, model, values, folder), taps, refused };
  } finally {
    reader.close();
  }
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}

/** Query, key and value are multiplied with the same vectors: these are summed once. */
function sharedSpecs(taps: readonly WeightTaps[]): {
  readonly specs: readonly MomentSpec[];
  /** Of each weight, the specs of its uses. */
  readonly indices: readonly (readonly number[])[];
} {
  const specs: MomentSpec[] = [];
  const known = new Map<string, number>();
  const indices = taps.map(({ taps: own, length }) =>
    own.map((tap) => {
      const key = JSON.stringify(tap);
      const index = known.get(key) ?? specs.push({ tap, length }) - 1;
      known.set(key, index);
      return index;
    }),
  );
  return { specs, indices };
}

async function sumsOf(
  model: ModelProcess,
  { inputs, sample }: ChosenSamples,
  specs: readonly MomentSpec[],
  limit: number,
  file: string,
  { dist, onRun }: MomentTools,
  checkCancelled: () => void,
): Promise<readonly StoredSum[]> {
  // The build that every process can run, so that the same samples give the same sums on all machines.
  const wasm = fs.readFileSync(path.join(dist, 'kernels.wasm'));
  const groups = groupsWithin(specs, limit);
  const sums: StoredSum[] = [];
  const total = groups.length * inputs.samples;
  for (const [g, group] of groups.entries()) {
    await model.watch({ wasm, specs: group });
    for (let k = 0; k < inputs.samples; k++) {
      checkCancelled();
      onRun?.(g * inputs.samples + k, total);
      await model.absorb({ inputs: sample(k).inputs });
    }
    sums.push(...(await model.store({ file })));
  }
  return sums;
}

/** Neighbouring specs whose sums are held at the same time. */
function groupsWithin(specs: readonly MomentSpec[], limit: number): readonly MomentSpec[][] {
  const groups: MomentSpec[][] = [];
  let left = 0;
  for (const spec of specs) {
    const bytes = momentBytes(spec);
    if (groups.length === 0 || bytes > left) {
      groups.push([]);
      left = limit;
    }
    groups.at(-1)!.push(spec);
    left -= bytes;
  }
  return groups;
}

function calibrationOf(
  { rows, seed, sensitivity }: CalibrationRequest,
  samples: ChosenSamples,
): PlanCalibration {
  const { kind, sources, samples: count, dimensions } = samples.inputs;
  return {
    kind: kind === 'given' ? 'given' : 'seeded',
    sources: [...sources],
    rows,
    samples: count,
    dims: Object.fromEntries(dimensions.map(({ name, length }) => [name, length])),
    seed,
    sha256: samplesHash(samples),
    sensitivity,
  };
}

/** SHA-256 of what goes into the model, in lower-case hexadecimal: equal for equal tensors in any file. */
function samplesHash({ inputs, sample }: ChosenSamples): string {
  const hash = createHash('sha256');
  for (let k = 0; k < inputs.samples; k++)
    for (const [name, { type, shape, values }] of Object.entries(sample(k).inputs)) {
      hash.update(JSON.stringify([k, name, type, shape]));
      hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
  return hash.digest('hex');
}

/** Errors of the copy are those of the model. */
function ofModel(error: unknown, file: string, folder: string): unknown {
  // From the process of the model it comes as what it was sent as.
  const { name, code, message } = error as Partial<VerifyError>;
  if (name !== 'VerifyError' || code === undefined || message === undefined) return error;
  return new VerifyError(code, message.replaceAll(path.join(folder, 'model.onnx'), file));
}
