/**
 * What a checkpoint may ask of the reader. Each limit is far above what real files hold and low enough
 * that a hostile file is refused in well under a second and with little memory.
 */
export const LIMITS = {
  /** Bytes of the file held at once while its structure is read; values are never part of them. */
  windowBytes: 16 * 1024,
  /** Bytes read at once when values are decoded or hashed. A multiple of every element size (1, 2, 4, 5, 8, 9). */
  chunkBytes: 360 * 4096,
  /** Nested messages: the limit of protobuf's own parsers, so that a deeper file opens nowhere else either. */
  messageDepth: 100,
  /** Fields read in one file. An exported 70B transformer has under two million. */
  fields: 8_000_000,
  /** Nodes in all graphs and functions together. The largest exported models have some ten thousand. */
  nodes: 500_000,
  /** Attributes of one node; no operator has more than some twenty. */
  attributes: 256,
  /** Tensors in one file. */
  tensors: 500_000,
  /** Bytes of one name. Real names stay under a few hundred, generated ones under a few thousand. */
  nameBytes: 16 * 1024,
  /** Bytes of all names together: they are the only part of the file kept in memory. */
  textBytes: 128 * 1024 * 1024,
  /** Axes of a tensor. NumPy, which writes most checkpoints, stops at 64. */
  axes: 64,
  /** Bytes of the values stored one field at a time or as varints: their number is found only by reading them. */
  scannedBytes: 256 * 1024 * 1024,
  /** Files of external data beside one model. Exporters write one, or one for each tensor. */
  externalFiles: 20_000,
  /** Calls of model-local functions inside one another; ONNX forbids recursion. */
  callDepth: 32,
  /** Steps from tensors to the nodes that use them, over the whole file. */
  walkSteps: 400_000,
  /** Bytes of a text attribute that is kept: equations and directions are shorter, what is longer is no text. */
  attributeTextBytes: 1024,
  /** Integers kept of an attribute or a constant: shapes, permutations and axes are no longer. */
  shapeElements: 64,
  /** Elements of a sparse tensor with its zeros, which a few bytes can declare: 2 GiB once they are filled in. */
  sparseElements: 2 ** 28,
  /** Matrices in one weight: groups, kernel positions, or entries of a batch. The largest real depthwise layers have some ten thousand. */
  matrices: 65_536,
} as const;
