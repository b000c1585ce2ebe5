/** What two models are to be run on, and what passes. */
export interface VerifyRequest {
  /** Path of the original. */
  readonly a: string;
  /** Path of the model that is held against it. */
  readonly b: string;
  /** Files of inputs, each `FILE` or `NAME=FILE`; empty for seeded ones. */
  readonly inputs: readonly string[];
  /** Every row of the inputs' first axis is a sample. */
  readonly rows: boolean;
  /** At most so many samples; 0 for all that are given, or 16 seeded ones. */
  readonly samples: number;
  readonly seed: number;
  /** Lengths of symbolic axes of seeded inputs. */
  readonly dims: Readonly<Record<string, number>>;
  /** Outputs whose last axis is logits. */
  readonly logits: readonly string[] | 'all';
  /** Greatest relative L2 error of any output on any sample that passes. */
  readonly maxError: number;
  /** Of one run. With 1 a model gives the same bits each time. */
  readonly threads: number;
  /** Execution provider of ONNX Runtime that runs both; `cpu` in every build. */
  readonly provider: string;
}

export interface VerifyProgress {
  readonly phase: 'loading' | 'running';
  readonly done: number;
  readonly total: number;
}

/** Above float32 rounding that was rearranged, below what a compression changes: that is what one has to allow. */
export const DEFAULT_MAX_ERROR = 1e-3;
