import type { InputMoment } from '../linalg/inputMoment.ts';
import type { Kernels } from '../linalg/kernels.ts';
import type { OutputFiles, WriteOptions } from './outputFiles.ts';

/** What a rewrite works with. */
export interface RewriteTools extends WriteOptions {
  readonly kernels: Kernels;
  /** Singular values of a weight where they are known already, descending; else they are computed. */
  readonly spectrum?: (id: string) => Float64Array | undefined;
  /** What a weight was seen multiplied with, where the plan's errors are of outputs. */
  readonly moment?: (id: string) => InputMoment | undefined;
  /** Called when the work on a weight begins, in the order of the file. */
  readonly onLayer?: (tensor: string, done: number, total: number) => void;
  /** Whether an existing output is replaced; the model itself never is. */
  readonly replace?: boolean;
  /** Bytes that the new model's own file may have; weights that do not fit go beside it. 2 GiB, as protobuf has it. */
  readonly inlineLimit?: number;
  /** Where bytes go: the file system, unless said. */
  readonly files?: OutputFiles;
}
