/** Signed whole numbers as raw_data has them: one in a byte, or two, the first in the low half. */
export function packedLevels(levels: Int8Array, bits: 2 | 4 | 8): Uint8Array {
  const perByte = 8 / bits;
  const mask = 2 ** bits - 1;
  const bytes = new Uint8Array(Math.ceil(levels.length / perByte));
  for (let k = 0; k < levels.length; k++)
    bytes[Math.floor(k / perByte)]! |= (levels[k]! & mask) << (bits * (k % perByte));
  return bytes;
}

/**
 * The levels of an [inputs, outputs] weight as MatMulNBits has them: for each output its blocks, without
 * sign, the middle of the range standing for zero; what fills the last block up is zero.
 */
export function packedBlocks(
  levels: Int8Array,
  inputs: number,
  outputs: number,
  block: number,
  bits: 2 | 4 | 8,
): Uint8Array {
  const blocks = Math.ceil(inputs / block);
  const zero = 2 ** (bits - 1);
  const perByte = 8 / bits;
  const blob = block / perByte;
  const bytes = new Uint8Array(outputs * blocks * blob);
  for (let output = 0; output < outputs; output++)
    for (let k = 0; k < blocks * block; k++) {
      const level = k < inputs ? levels[k * outputs + output]! : 0;
      const at = output * blocks * blob + Math.floor(k / perByte);
      bytes[at]! |= (level + zero) << (bits * (k % perByte));
    }
  return bytes;
}
