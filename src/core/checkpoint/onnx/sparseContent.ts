import type { IndexStorage, TensorStorage } from '../checkpoint.ts';
import type { SparseTree } from './modelTree.ts';
import { shapeText, TensorCheck } from './tensorCheck.ts';
import type { TensorContent, TensorContents } from './tensorContent.ts';

/**
 * A sparse tensor whose parts agree: values `[n]`, and indices of type int64 that are row-major places `[n]`
 * or coordinates `[n, axes]`. The shape and the elements are those with the zeros. The indices themselves
 * are read, and checked, with the values. Throws CheckpointError.
 */
export function sparseContent(
  { values, indices, dims }: SparseTree,
  name: string,
  contents: TensorContents,
  file: string,
): TensorContent {
  const check = new TensorCheck(file, { ...values, dims }, name);
  const stored = contents.contentOf(values, name);
  const elements = check.elements(stored.type);
  if (stored.shape.length !== 1)
    check.fail(
      'malformed',
      `has sparse values of shape ${shapeText(stored.shape)}, where one axis is expected. The file is damaged; export it again.`,
    );
  if (stored.elements > elements)
    check.fail(
      'malformed',
      `has ${stored.elements} sparse values, but its shape ${shapeText(dims)} has room for ${elements}. The file is damaged; export it again.`,
    );
  const base = { shape: dims, elements, type: stored.type, stored: stored.stored };
  const places = indices && contents.contentOf(indices, `${name}.indices`);
  const perValue = places ? integersPerValue(places, stored.elements, dims.length) : undefined;
  if (places && (perValue === undefined || places.type.name !== 'int64'))
    check.fail(
      'malformed',
      `has indices of shape ${shapeText(places.shape)} of ${places.type.name} for ${stored.elements} sparse values, where [${stored.elements}] or [${stored.elements}, ${dims.length}] of int64 is expected. Export the model again.`,
    );
  if (!places && stored.elements > 0)
    check.fail(
      'malformed',
      `has ${stored.elements} sparse values, but no indices that say where they stand. The file is damaged; export it again.`,
    );
  const { storage } = stored;
  if (!storage || storage.encoding === 'sparse' || storage.encoding === 'quantised')
    return { ...base, storage: undefined };
  const dense: TensorStorage = {
    file: storage.file,
    tensor: name,
    dtype: storage.dtype,
    elements,
    encoding: 'sparse',
    shape: dims,
    values: storage,
    indices: indexStorage(places, perValue ?? 1, storage.file, check),
  };
  return { ...base, storage: dense };
}

function integersPerValue(
  { shape }: TensorContent,
  values: number,
  axes: number,
): number | undefined {
  if (shape.length === 1 && shape[0] === values) return 1;
  if (shape.length === 2 && shape[0] === values && shape[1] === axes) return axes;
  return undefined;
}

function indexStorage(
  places: TensorContent | undefined,
  perValue: number,
  ofValues: string,
  check: TensorCheck,
): IndexStorage {
  if (!places) return { file: ofValues, perValue, elements: 0, encoding: 'raw', segments: [] };
  const { elements, stored } = places;
  const { file, encoding, segments } = stored;
  if (encoding === 'raw' || encoding === 'varintList' || encoding === 'varintFields')
    return { file, perValue, elements, encoding, segments };
  return check.fail(
    'malformed',
    'has its indices in a field for floating-point values, where int64_data or raw_data is expected. Export the model again.',
  );
}
