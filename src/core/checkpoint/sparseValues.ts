import type { SparseStorage } from './checkpoint.ts';
import { CheckpointError } from './checkpointError.ts';

/**
 * A sparse tensor with its zeros, in row-major order. `places` holds for each value its row-major place,
 * or one coordinate for each axis. Throws CheckpointError (`malformed`) where one of them lies outside the
 * tensor, or they do not ascend from value to value, as ONNX has them: so none occurs twice.
 */
export function sparseValues(
  storage: SparseStorage,
  values: Float64Array,
  places: Float64Array,
): Float64Array {
  const { elements, shape, indices } = storage;
  const { perValue } = indices;
  const bounds = perValue === 1 ? [elements] : shape;
  const filled = new Float64Array(elements);
  let before = -1;
  for (let k = 0; k < values.length; k++) {
    let place = 0;
    for (let axis = 0; axis < perValue; axis++) {
      const index = places[k * perValue + axis]!;
      const bound = bounds[axis]!;
      if (!(index >= 0 && index < bound))
        throw fault(
          storage,
          `has the index ${index} for its value ${k}, where 0 to ${bound - 1} is expected`,
        );
      place = place * bound + index;
    }
    if (place <= before)
      throw fault(
        storage,
        place === before
          ? `has two values for the place ${place}, where one is expected`
          : `has its value ${k} at the place ${place} after one at ${before}, where ascending places are expected`,
      );
    filled[place] = values[k]!;
    before = place;
  }
  return filled;
}

function fault({ file, tensor }: SparseStorage, what: string): CheckpointError {
  return new CheckpointError(
    'malformed',
    `${file}: the sparse tensor '${tensor}' ${what}. The file is damaged; export it again.`,
    { file, tensor },
  );
}
