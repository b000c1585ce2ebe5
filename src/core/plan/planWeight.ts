import type { PlannedAction } from './action.ts';
import type { ValueProfile } from './valueProfile.ts';

/** One weight as the planners see it: plain data, no file behind it. */
export interface PlanWeight {
  /** Of the report's layer; of the whole weight where that is analyzed in parts. */
  readonly id: string;
  readonly name: string;
  /** The name in the file. */
  readonly tensor: string;
  /** Layers of one block share their share of the target where the method works by block; '' for none. */
  readonly block: string;
  /** Of the matrix that a factorisation would replace (a convolution flattened to [out, in x kernel]). */
  readonly rows: number;
  readonly cols: number;
  /** Elements of the tensor, rows x cols. */
  readonly parameters: number;
  /** As stored now. */
  readonly bytes: number;
  /** Of one stored element: 4 for float32. */
  readonly elementBytes: number;
  /** Descending, all `min(rows, cols)` of them; empty where the weight cannot be factorised. */
  readonly singularValues: Float64Array;
  /** Sum of the squares of all values; 0 where neither spectrum nor values were looked at. */
  readonly energy: number;
  /** What pruning and quantising would do to the values; null where they were not looked at. */
  readonly values: ValueProfile | null;
  /** Heavy-tail exponent that alpha maps read; null where its fit failed. */
  readonly alpha: number | null;
  /** Why the weight cannot be factorised, pruned or quantised; '' where it can. */
  readonly refused: Readonly<Record<PlanAxis, string>>;
  /**
   * Bytes that names and nodes around the new values add to the file: of two factors, of one scale a channel, of
   * blocks. Absent where they are not known, and count as none.
   */
  readonly added?: {
    readonly lowrank: number;
    readonly channel: number;
    readonly blocks: number;
  };
  /** An action that a person has fixed; null where the planner decides. */
  readonly locked: PlannedAction | null;
  /** Factor of the weight's squared error in the objective: 1, or a measured sensitivity. */
  readonly sensitivity: number;
}

/** What a plan may change. */
export const PLAN_AXES = ['lowrank', 'sparsity', 'bits', 'mixed'] as const;

export type PlanAxis = (typeof PLAN_AXES)[number];
