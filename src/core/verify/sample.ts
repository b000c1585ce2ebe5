import type { NumberTensor } from './tensorData.ts';

/** The inputs of one run. */
export interface Sample {
  /** What it is called in the result, such as `inputs.npz[3]`. */
  readonly label: string;
  readonly inputs: Readonly<Record<string, NumberTensor>>;
}
