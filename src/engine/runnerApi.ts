import type { MomentPlace } from '../core/moments/momentFile.ts';
import type { MomentSpec, MomentSum } from '../core/moments/momentSums.ts';
import type { PlanLayer } from '../core/plan/plan.ts';
import type {
  ModelInterface,
  ModelRun,
  NodePlacement,
  RunnerMemory,
  Tensors,
} from '../core/verify/modelRunner.ts';
import type { EvolutionState } from '../core/search/evolution.ts';
import type { ProviderChoice } from './executionProvider.ts';
import type { SearchRunContext, SearchRunRequest } from './searchRun.ts';

/** What it is started with: its one argument, as JSON. */
export interface RunnerStart {
  /** Folder in and above which ONNX Runtime is looked for. */
  readonly dist: string;
}

/** What the process that holds one model does for the engine. */
export interface RunnerApi {
  load(request: LoadRequest): Promise<ModelInterface>;
  run(request: { readonly inputs: Tensors }): Promise<ModelRun>;
  /** Writes a copy of a model with one weight changed as a plan has it, and loads it in the place of what is loaded. */
  alter(request: AlterRequest): Promise<void>;
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
  placement(request: Record<string, never>): Promise<NodePlacement | null>;
  /** Loads its own copy of a model, and looks for a better plan of it. */
  search(request: SearchRunRequest, context?: SearchRunContext): Promise<EvolutionState>;
}

export interface LoadRequest {
  readonly file: string;
  readonly threads: number;
  /** The CPU where absent. */
  readonly provider?: ProviderChoice;
}

export interface AlterRequest {
  readonly file: string;
  readonly layer: PlanLayer;
  /** What the weight is multiplied with; absent where the layer does not go by it. */
  readonly place?: MomentPlace;
  readonly output: string;
  readonly wasm: Uint8Array;
}

export interface StoredSum extends Pick<MomentSum, 'kind' | 'count' | 'fault'> {
  /** Its first byte in the file. */
  readonly offset: number;
}

/** What the runner says when it can take calls. */
export const RUNNER_READY = 'eigenscope-runner-ready';
