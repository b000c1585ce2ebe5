import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Verification } from '../core/report/verification/verification.ts';
import { openCheckpoint } from '../core/checkpoint/openCheckpoint.ts';
import { chosenDimensions, type Dimension } from '../core/verify/dimensions.ts';
import { CPU_PROVIDER, type ModelValue } from '../core/verify/modelRunner.ts';
import { verify } from '../core/verify/verify.ts';
import { weightErrors } from '../core/verify/weightErrors.ts';
import { VerifyError } from '../core/verify/verifyError.ts';
import { CancelledError } from '../protocol/cancellation.ts';
import { chosenSamples } from './chosenSamples.ts';
import type { CallContext } from './engineApi.ts';
import type { ProviderChoice } from './executionProvider.ts';
import { readModelFile, type ModelFile } from './modelFile.ts';
import { startModel, type ModelProcess } from './modelProcess.ts';
import type { VerifyProgress, VerifyRequest } from './verifyRequest.ts';

/**
 * Runs two models on the same inputs, each in a process of its own, and says how far the second is from the
 * first. Throws VerifyError, CheckpointError where a file is no ONNX model, and CancelledError.
 */
export async function verifyModels(
  request: VerifyRequest,
  { dist, version }: { readonly dist: string; readonly version: string },
  context: CallContext<VerifyProgress> = {},
): Promise<Verification> {
  const { maxError, seed, threads, logits, provider } = request;
  const { signal, onProgress } = context;
  return withBothModels(request, dist, context, ({ a, b, fileA, fileB }) => {
    const checkCancelled = (): void => {
      if (signal?.aborted) throw new CancelledError();
    };
    const values = commonInputs(a.interface.inputs, b.interface.inputs);
    const { inputs, sample } = chosenSamples(request, values, fileA.hints);
    return verify({
      version,
      a,
      b,
      models: { a: modelOf(fileA), b: modelOf(fileB) },
      weights: weightErrors(openCheckpoint(request.a), openCheckpoint(request.b), checkCancelled),
      settings: { maxError, seed, threads, provider },
      inputs,
      sample,
      logits,
      onProgress: ({ done, total }) => onProgress?.({ phase: 'running', done, total }),
      checkCancelled,
    });
  });
}

/**
 * The symbolic axes of the inputs of two models, with the lengths that seeded inputs have where nobody says
 * others. Throws as `verifyModels`.
 */
export function seededLengths(
  models: Pick<VerifyRequest, 'a' | 'b'>,
  { dist }: { readonly dist: string },
  context: CallContext<VerifyProgress> = {},
): Promise<readonly Dimension[]> {
  const request = { ...models, inputs: [], threads: 1, provider: CPU_PROVIDER };
  return withBothModels(request, dist, context, ({ a, b }) =>
    Promise.resolve(chosenDimensions(commonInputs(a.interface.inputs, b.interface.inputs), {})),
  );
}

interface BothModels {
  readonly a: ModelProcess;
  readonly b: ModelProcess;
  readonly fileA: ModelFile;
  readonly fileB: ModelFile;
}

/** Loads both models, each in a process of its own that ends with the work. */
async function withBothModels<T>(
  request: Pick<VerifyRequest, 'a' | 'b' | 'inputs' | 'threads' | 'provider'>,
  dist: string,
  { signal, onProgress }: CallContext<VerifyProgress>,
  work: (models: BothModels) => Promise<T>,
): Promise<T> {
  const checkCancelled = (): void => {
    if (signal?.aborted) throw new CancelledError();
  };
  const kills: (() => void)[] = [];
  let folder: string | undefined;
  const onProvider = (name: string): { readonly provider?: ProviderChoice } => {
    if (request.provider === CPU_PROVIDER) return {};
    folder ??= fs.mkdtempSync(path.join(os.tmpdir(), 'eigenscope-'));
    const own = path.join(folder, name);
    fs.mkdirSync(own);
    return { provider: { name: request.provider, folder: own } };
  };
  const killAll = (): void => kills.forEach((kill) => kill());
  signal?.addEventListener('abort', killAll, { once: true });
  try {
    onProgress?.({ phase: 'loading', done: 0, total: 2 });
    const [fileA, fileB] = [readModelFile(request.a), readModelFile(request.b)];
    const { threads } = request;
    const started = (kill: () => void): void => void kills.push(kill);
    const options = (name: string) => ({ dist, threads, started, ...onProvider(name) });
    checkCancelled();
    const a = await startModel(request.a, options('a'));
    checkCancelled();
    onProgress?.({ phase: 'loading', done: 1, total: 2 });
    const b = await startModel(request.b, options('b'));
    checkCancelled();
    return await work({ a, b, fileA, fileB });
  } catch (error) {
    if (signal?.aborted) throw new CancelledError();
    throw withAdvice(error, request);
  } finally {
    signal?.removeEventListener('abort', killAll);
    killAll();
    if (folder !== undefined) fs.rmSync(folder, { recursive: true, force: true });
  }
}

function modelOf({ file, bytes, externalBytes }: ModelFile): Verification['a'] {
  return { file, bytes, externalBytes };
}

/** A's inputs, with the lengths that only B fixes. */
function commonInputs(a: readonly ModelValue[], b: readonly ModelValue[]): readonly ModelValue[] {
  return a.map((input) => {
    const other = b.find(({ name }) => name === input.name);
    if (other?.shape.length !== input.shape.length) return input;
    const shape = input.shape.map((each, axis) =>
      typeof each === 'string' && typeof other.shape[axis] === 'number' ? other.shape[axis] : each,
    );
    return { ...input, shape };
  });
}

/** Inputs that were made up may be why a model does not run. */
export function withAdvice(error: unknown, { inputs }: Pick<VerifyRequest, 'inputs'>): unknown {
  const { name, code, message } = error as { name?: string; code?: string; message?: string };
  const madeUp = inputs.length === 0 && code === 'rejected' && message?.includes('cannot run');
  return name === 'VerifyError' && madeUp
    ? new VerifyError(
        'made-up',
        `${message} The inputs were made up: give lengths with --dims, or real inputs with --inputs.`,
      )
    : error;
}
