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
  /** Descending, all `min(rows, cols)` of them. */
  readonly singularValues: Float64Array;
  /** Heavy-tail exponent that alpha maps read; null where its fit failed. */
  readonly alpha: number | null;
  /** Why the weight cannot be factorised, pruned or quantised; '' where it can. */
  readonly refused: Readonly<Record<PlanAxis, string>>;
  /** Factor of the weight's squared error in the objective: 1, or a measured sensitivity. */
  readonly sensitivity: number;
}

/** What a plan may change. */
export const PLAN_AXES = ['lowrank', 'sparsity', 'bits', 'mixed'] as const;

export type PlanAxis = (typeof PLAN_AXES)[number];
