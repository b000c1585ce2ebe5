import type { TensorData } from './tensorData.ts';

/** An input or output of a model as ONNX Runtime tells it. */
export interface ModelValue {
  readonly name: string;
  /** Element type, such as `float32`; `not a tensor` for a sequence or a map. */
  readonly type: string;
  /** A length, or the name of a symbolic one; `INPUT:AXIS` where the model gives it none. */
  readonly shape: readonly (number | string)[];
}

export interface ModelInterface {
  readonly inputs: readonly ModelValue[];
  readonly outputs: readonly ModelValue[];
  /** Such as `onnxruntime-node 1.30.0`. */
  readonly runtime: string;
}

/** What goes into a model and what comes out of it, by name. */
export type Tensors = Readonly<Record<string, TensorData>>;

export interface ModelRun {
  readonly outputs: Tensors;
  /** Of the run alone, without the way of its tensors between processes. */
  readonly milliseconds: number;
}

/** The execution provider that every build of ONNX Runtime has. */
export const CPU_PROVIDER = 'cpu';

/** Where the nodes of a model were run, as ONNX Runtime had them after it joined what it could. */
export interface NodePlacement {
  /** Run by the provider that was asked for. */
  readonly provider: number;
  /** Run on the CPU instead. */
  readonly cpu: number;
  /** Operators of the latter, each once, in alphabetical order. */
  readonly cpuOperators: readonly string[];
}

export interface RunnerMemory {
  /** Most bytes resident at any time. */
  readonly peak: number;
  /** Bytes resident before the model was loaded: the process and ONNX Runtime itself. */
  readonly baseline: number;
}

/** One model, loaded. Every method throws VerifyError. */
export interface ModelRunner {
  /** The path of the model. */
  readonly file: string;
  readonly interface: ModelInterface;
  run(inputs: Tensors): Promise<ModelRun>;
  memory(): Promise<RunnerMemory>;
  /** Of the first run, where the provider is not the CPU; null where it cannot be told. */
  placement(): Promise<NodePlacement | null>;
}
