import type {
  ModelInterface,
  ModelRun,
  RunnerMemory,
  Tensors,
} from '../core/verify/modelRunner.ts';
import type { EvolutionState } from '../core/search/evolution.ts';
import type { SearchRunContext, SearchRunRequest } from './searchRun.ts';

/** What it is started with: its one argument, as JSON. */
export interface RunnerStart {
  /** Folder in and above which ONNX Runtime is looked for. */
  readonly dist: string;
}

/** What the process that holds one model does for the engine. */
export interface RunnerApi {
  load(request: { readonly file: string; readonly threads: number }): Promise<ModelInterface>;
  run(request: { readonly inputs: Tensors }): Promise<ModelRun>;
  memory(request: Record<string, never>): Promise<RunnerMemory>;
  /** Loads its own copy of a model, and looks for a better plan of it. */
  search(request: SearchRunRequest, context?: SearchRunContext): Promise<EvolutionState>;
}

/** What the runner says when it can take calls. */
export const RUNNER_READY = 'eigenscope-runner-ready';
