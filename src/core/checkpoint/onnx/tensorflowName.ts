/** Wrappers that TensorFlow puts around a whole saved model. */
const WRAPPER = /^(StatefulPartitionedCall|PartitionedCall)(_\d+)?\//;

/** How TensorFlow reads a variable, as the last part of a tensor's path. */
const READ = /\/(ReadVariableOp|read)(_\d+)?$/;

/** The operation inside a layer that takes its kernel; a numbered one is the second of its layer and told apart by it. */
const KERNEL_OPERATION = /\/(Conv[123]D|MatMul|depthwise|Tensordot)$/;

/**
 * The layer in a tensor's name as TensorFlow's converters write it: `functional_1/conv2d_2` of
 * `StatefulPartitionedCall/functional_1/conv2d_2/Conv2D/ReadVariableOp:0`. Other names come back as they are.
 */
export function tensorflowName(name: string): string {
  if (!/:\d+$/.test(name)) return name;
  const path = name.replace(/:\d+$/, '').replace(WRAPPER, '');
  return READ.test(path) ? path.replace(READ, '').replace(KERNEL_OPERATION, '') : path;
}
