import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type * as Ort from 'onnxruntime-node';
import type { ModelInterface, ModelValue, Tensors } from '../core/verify/modelRunner.ts';
import type { TensorData, TensorValues } from '../core/verify/tensorData.ts';
import { VerifyError } from '../core/verify/verifyError.ts';
import { connect } from '../protocol/rpc.ts';
import { nativeParts } from './nativeParts.ts';
import { parentChannel } from './parentChannel.ts';
import { RUNNER_READY, type RunnerApi, type RunnerStart } from './runnerApi.ts';

const { dist } = JSON.parse(process.argv[2] ?? '{}') as RunnerStart;

/**
 * A run blocks this process until it is done, so that the end of the parent is not seen meanwhile: a thread of
 * its own ends the process then.
 */
const WATCH = `
const { workerData } = require('node:worker_threads');
setInterval(() => {
  try { process.kill(workerData.parent, 0); } catch { process.kill(process.pid, 'SIGKILL'); }
}, 500);`;

interface Loaded {
  readonly ort: typeof Ort;
  readonly session: Ort.InferenceSession;
  readonly file: string;
  /** Outputs that are tensors: no others are asked for. */
  readonly fetches: readonly string[];
}

let loaded: Loaded | undefined;
let baseline = process.memoryUsage.rss();

function runtime(): typeof Ort {
  try {
    return createRequire(nativeParts(dist))('onnxruntime-node') as typeof Ort;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const absent = code === 'MODULE_NOT_FOUND' && message.includes("'onnxruntime-node'");
    throw new VerifyError(
      'no-runtime',
      absent
        ? 'ONNX Runtime, which runs both models, is not installed; the extension made for a platform has it, and beside the command line it is installed with: npm install onnxruntime-node --ignore-scripts'
        : `ONNX Runtime, which runs both models, cannot be loaded here: ${oneLine(message)}`,
    );
  }
}

async function load(file: string, threads: number): Promise<ModelInterface> {
  const ort = runtime();
  ort.env.logLevel = 'fatal';
  baseline = process.memoryUsage.rss();
  const session = await ort.InferenceSession.create(file, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
    // Two models run by turns: threads of the one that waits would take the time of the other.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  }).catch((error: unknown) => {
    throw new VerifyError(
      'rejected',
      `ONNX Runtime does not load ${file}: ${oneLine((error as Error).message)}`,
    );
  });
  const outputs = session.outputMetadata.map(modelValue);
  const fetches = session.outputMetadata.filter(({ isTensor }) => isTensor).map(({ name }) => name);
  loaded = { ort, session, file, fetches };
  return {
    inputs: session.inputMetadata.map(modelValue),
    outputs,
    runtime: `onnxruntime-node ${ort.env.versions.node ?? ''}`.trim(),
  };
}

function modelValue(value: Ort.InferenceSession.ValueMetadata): ModelValue {
  if (!value.isTensor) return { name: value.name, type: 'not a tensor', shape: [] };
  const shape = value.shape.map((each, axis) => (each === '' ? `${value.name}:${axis}` : each));
  return { name: value.name, type: value.type, shape };
}

const api: RunnerApi = {
  load: ({ file, threads }) => load(file, threads),
  async run({ inputs }) {
    if (!loaded) throw new Error('No model has been loaded.');
    const { ort, session, file, fetches } = loaded;
    try {
      const feeds = Object.fromEntries(
        Object.entries(inputs).map(([name, tensor]) => [name, ortTensor(ort, tensor)]),
      );
      const begun = performance.now();
      const results = await session.run(feeds, fetches);
      const milliseconds = performance.now() - begun;
      return { outputs: plainTensors(results), milliseconds };
    } catch (error) {
      throw new VerifyError(
        'rejected',
        `ONNX Runtime cannot run ${file} on these inputs: ${oneLine((error as Error).message)}`,
      );
    }
  },
  memory: () =>
    // The system counts in kilobytes.
    Promise.resolve({ peak: process.resourceUsage().maxRSS * 1024, baseline }),
};

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

new Worker(WATCH, { eval: true, workerData: { parent: process.ppid } }).unref();
process.on('disconnect', () => process.exit(0));
connect(parentChannel(), api);
process.send?.(RUNNER_READY);
