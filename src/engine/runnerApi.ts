import type { MomentSpec, MomentSum } from '../core/moments/momentSums.ts';
import type {
  ModelInterface,
  ModelRun,
  RunnerMemory,
  Tensors,
} from '../core/verify/modelRunner.ts';

/** What the process that holds one model does for the engine. */
export interface RunnerApi {
  load(request: { readonly file: string; readonly threads: number }): Promise<ModelInterface>;
  run(request: { readonly inputs: Tensors }): Promise<ModelRun>;
  /** Begins to sum what values of the model hold: of the next calls of `absorb`, until the sums are stored. */
  watch(request: {
    readonly wasm: Uint8Array;
    readonly specs: readonly MomentSpec[];
  }): Promise<void>;
  /** Runs the model for what is watched alone. */
  absorb(request: { readonly inputs: Tensors }): Promise<void>;
  /** Appends each sum to a file. */
  store(request: { readonly file: string }): Promise<readonly StoredSum[]>;
  memory(request: Record<string, never>): Promise<RunnerMemory>;
}

export interface StoredSum extends Pick<MomentSum, 'kind' | 'count' | 'fault'> {
  /** Its first byte in the file. */
  readonly offset: number;
}

/** What the runner says when it can take calls. */
export const RUNNER_READY = 'eigenscope-runner-ready';
