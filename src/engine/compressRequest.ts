import type { Plan } from '../core/plan/plan.ts';

/** A plan to be applied, and where the new model goes. */
export interface CompressRequest {
  /** Absolute path of the checkpoint. */
  readonly file: string;
  /** As `parsePlan` gives it; held against the checkpoint before anything is done. */
  readonly plan: Plan;
  /** What messages and the outcome call the plan: its path. */
  readonly planFile: string;
  /** Files in the place of the inputs that a calibrated plan names; they have to hold the same samples. */
  readonly inputs?: readonly string[];
  /** Absolute path of the new model; weights that do not fit into it go to one new file beside it. */
  readonly output: string;
  /** Whether an existing output is replaced. The checkpoint itself never is, whatever link leads to it. */
  readonly replace: boolean;
  /** Bytes that the work on one weight may take; 0 for half of the free memory. */
  readonly memoryLimit: number;
}

export interface CompressProgress {
  /**
   * `running`: the original on the inputs of a calibrated plan; `solving`: spectra of weights to be factorised
   * that no cache has; `writing`: the new model; `checking`: ONNX Runtime loads it.
   */
  readonly phase: 'running' | 'solving' | 'writing' | 'checking';
  /** Layers done and to do, in this phase; runs where the model is run. */
  readonly done: number;
  readonly total: number;
  /** The layer that is worked on; empty where there is none. */
  readonly layer: string;
}
