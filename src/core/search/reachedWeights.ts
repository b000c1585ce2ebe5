import type { Tensors } from '../verify/modelRunner.ts';
import type { TensorData } from '../verify/tensorData.ts';

/**
 * Which weights the outputs depend on: for each, whether zeroing it changes an output by a bit on any sample. A
 * weight in a branch that no sample takes, or of an expert that none is sent to, would else look as if it
 * could be dropped at no loss.
 *
 * @param run outputs on a sample, with that weight zeroed or (undefined) with all as they are
 */
export async function reachedWeights(
  count: number,
  samples: readonly number[],
  run: (weight: number | undefined, sample: number) => Promise<Tensors>,
): Promise<readonly boolean[]> {
  const reached = new Array<boolean>(count).fill(false);
  for (const sample of samples) {
    const whole = await run(undefined, sample);
    for (const weight of reached.keys())
      if (!reached[weight]) reached[weight] = isChanged(whole, await run(weight, sample));
    if (!reached.includes(false)) break;
  }
  return reached;
}

function isChanged(before: Tensors, after: Tensors): boolean {
  return Object.entries(before).some(([name, tensor]) => {
    const other = after[name];
    return !other || isUnequal(tensor, other);
  });
}

function isUnequal(a: TensorData, b: TensorData): boolean {
  if (a.shape.join() !== b.shape.join()) return true;
  for (let k = 0; k < a.values.length; k++) if (!Object.is(a.values[k], b.values[k])) return true;
  return false;
}
