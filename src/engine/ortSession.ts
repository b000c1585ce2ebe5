import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import type * as Ort from 'onnxruntime-node';
import {
  CPU_PROVIDER,
  type ModelInterface,
  type ModelRun,
  type ModelValue,
  type NodePlacement,
  type Tensors,
} from '../core/verify/modelRunner.ts';
import type { TensorData, TensorValues } from '../core/verify/tensorData.ts';
import { VerifyError } from '../core/verify/verifyError.ts';
import { startProvider, type ProviderChoice } from './executionProvider.ts';
import { nativeParts } from './nativeParts.ts';
import { nodePlacement } from './nodePlacement.ts';

/** A model that ONNX Runtime has loaded in this process. */
export interface OrtSession {
  readonly interface: ModelInterface;
  /** Gives the named values, all outputs that are tensors unless said. Throws VerifyError (`rejected`). */
  run(inputs: Tensors, names?: readonly string[]): Promise<ModelRun>;
  /** Where the nodes of the runs until now were run; null on the CPU, and where it was asked before. */
  placement(): NodePlacement | null;
  /** Gives its memory back. */
  release(): Promise<void>;
}

function runtime(dist: string): typeof Ort {
  try {
    return createRequire(nativeParts(dist))('onnxruntime-node') as typeof Ort;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const absent = code === 'MODULE_NOT_FOUND' && message.includes("'onnxruntime-node'");
    throw new VerifyError(
      'no-runtime',
      absent
        ? 'ONNX Runtime, which runs the models, is not installed; the extension made for a platform has it, and beside the command line it is installed with: npm install onnxruntime-node --ignore-scripts'
        : `ONNX Runtime, which runs the models, cannot be loaded here: ${oneLine(message)}`,
    );
  }
}

export interface SessionOptions {
  /** Folder in and above which ONNX Runtime is looked for. */
  readonly dist: string;
  /** Of one run. */
  readonly threads: number;
  /** What messages call the model; its path unless said. */
  readonly name?: string;
  /** The CPU where absent. */
  readonly provider?: ProviderChoice;
  /** Called when ONNX Runtime itself is there, before the model is loaded. */
  readonly begins?: () => void;
}

/** Loads a model. Throws VerifyError (`no-runtime`, `no-provider`, `rejected`). */
export async function openSession(
  file: string,
  { dist, threads, provider, begins, name = file }: SessionOptions,
): Promise<OrtSession> {
  const ort = runtime(dist);
  ort.env.logLevel = 'fatal';
  const version = `onnxruntime-node ${ort.env.versions.node ?? ''}`.trim();
  if (provider) await startProvider(ort, provider.name, version);
  begins?.();
  const on = provider ? ` on ${provider.name}` : '';
  const session = await ort.InferenceSession.create(file, {
    executionProviders: [provider?.name ?? CPU_PROVIDER],
    ...profiled(provider),
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
    // Two models run by turns: threads of the one that waits would take the time of the other.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  }).catch((error: unknown) => {
    throw new VerifyError(
      'rejected',
      `ONNX Runtime does not load ${name}${on}: ${oneLine((error as Error).message)}`,
    );
  });
  let placed = false;
  const outputs = session.outputMetadata.map(modelValue);
  // Outputs that are no tensors are not asked for.
  const fetches = session.outputMetadata.filter(({ isTensor }) => isTensor).map(({ name }) => name);
  return {
    interface: {
      inputs: session.inputMetadata.map(modelValue),
      outputs,
      runtime: version,
    },
    async run(inputs, names = fetches) {
      try {
        const feeds = Object.fromEntries(
          Object.entries(inputs).map(([name, tensor]) => [name, ortTensor(ort, tensor)]),
        );
        const begun = performance.now();
        const results = await session.run(feeds, [...names]);
        const milliseconds = performance.now() - begun;
        return { outputs: plainTensors(results), milliseconds };
      } catch (error) {
        throw new VerifyError(
          'rejected',
          `ONNX Runtime cannot run ${name}${on} on these inputs: ${oneLine((error as Error).message)}`,
        );
      }
    },
    placement() {
      if (!provider || placed) return null;
      placed = true;
      session.endProfiling();
      return writtenPlacement(provider.folder);
    },
    release: () => session.release(),
  };
}

/** A profile of the first run says which nodes the provider left to the CPU, and nothing else does. */
function profiled(provider: ProviderChoice | undefined): Ort.InferenceSession.SessionOptions {
  return provider
    ? { enableProfiling: true, profileFilePrefix: path.join(provider.folder, PROFILE) }
    : {};
}

const PROFILE = 'run';

/** ONNX Runtime adds the time to the name of a profile. */
function writtenPlacement(folder: string): NodePlacement | null {
  const found = fs.readdirSync(folder).find((name) => name.startsWith(PROFILE));
  if (found === undefined) return null;
  const file = path.join(folder, found);
  const placement = nodePlacement(file);
  fs.rmSync(file, { force: true });
  return placement;
}

function modelValue(value: Ort.InferenceSession.ValueMetadata): ModelValue {
  if (!value.isTensor) return { name: value.name, type: 'not a tensor', shape: [] };
  const shape = value.shape.map((each, axis) => (each === '' ? `${value.name}:${axis}` : each));
  return { name: value.name, type: value.type, shape };
}

function ortTensor(ort: typeof Ort, { type, values, shape }: TensorData): Ort.Tensor {
  return new ort.Tensor(type as 'float32', values as Float32Array, shape);
}

function plainTensors(results: Ort.InferenceSession.OnnxValueMapType): Tensors {
  return Object.fromEntries(
    Object.entries(results).map(([name, value]) => {
      const { type, dims, data } = value;
      const plain: unknown = type === 'float16' && !Array.isArray(data) ? sixteenBits(data) : data;
      const tensor = { type, shape: [...dims], values: plain as TensorValues } as TensorData;
      return [name, tensor];
    }),
  );
}

/** Newer JavaScript engines have floats of 16 bits, which do not travel between processes. */
function sixteenBits(data: unknown): Uint16Array {
  const { buffer, byteOffset, byteLength } = data as Uint16Array;
  return new Uint16Array(buffer, byteOffset, byteLength / 2);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
