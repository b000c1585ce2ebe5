import { CheckpointError } from '../core/checkpoint/checkpointError.ts';
import { readValues } from '../core/checkpoint/readValues.ts';
import { LinalgError } from '../core/linalg/linalgError.ts';
import type { Matrix } from '../core/linalg/matrix.ts';
import { outputRoot, seenByOutputs } from '../core/linalg/outputRoot.ts';
import { singularValues } from '../core/linalg/singularValues.ts';
import { readMoment } from '../core/moments/momentFile.ts';
import { outputValues, sumOfSquares } from '../core/moments/outputValues.ts';
import { storedScale } from '../core/plan/storedScale.ts';
import { CancelledError } from '../protocol/cancellation.ts';
import { outputFlops, type OutputOutcome, type OutputTask } from './outputTask.ts';
import type { SolveTools } from './solveTools.ts';

/** Weighs one weight by its outputs. Throws CancelledError; every fault of the data is an outcome. */
export function weighTask(task: OutputTask, tools: SolveTools): OutputOutcome {
  try {
    return weighed(task, tools);
  } catch (error) {
    if (error instanceof LinalgError && error.code === 'cancelled') throw new CancelledError();
    if (error instanceof CheckpointError || error instanceof LinalgError)
      return { status: 'failed', reason: error.message };
    throw error;
  }
}

function weighed(task: OutputTask, { kernels, cancelled, onStep }: SolveTools): OutputOutcome {
  const { storage, dtype, rows, cols, request, spectrum } = task;
  const moment = readMoment(task.moment);
  const matrix: Matrix = { rows, cols, data: readValues(storage) };
  const root = outputRoot(moment, kernels, { cancelled });
  const seen = seenByOutputs(matrix, root, kernels);
  const total = outputFlops(task);
  const step = (): void => {
    if (cancelled()) throw new CancelledError();
    onStep(total / STEPS);
  };
  step();
  const found = spectrum ? singularValues(seen, kernels, { cancelled }) : null;
  return {
    status: 'weighed',
    singularValues: found,
    energy: sumOfSquares(seen.data),
    values:
      request && outputValues(matrix, moment, root, request, storedScale(dtype), kernels, step),
    cached: false,
  };
}

/** Of progress: more than a task has, so that it is not done before it is. */
const STEPS = 24;
