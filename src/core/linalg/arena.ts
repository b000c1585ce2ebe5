import type { Kernels } from './kernels.ts';
import { LinalgError } from './linalgError.ts';

/** What 32-bit addresses reach. */
const MEMORY_LIMIT = 2 ** 32;
const PAGE = 65536;

/** The first page holds the kernels' own globals. */
const ARENA_START = PAGE;

/** Blocks start on a cache line. */
const ALIGNMENT = 64;

/**
 * Lays out one solve in the kernels' memory. It only counts: the same layout tells beforehand how many
 * bytes a solve will need, and every solve starts again at the bottom, so memory is reused.
 */
export class Arena {
  #end = ARENA_START;

  /** Address of a new block of `count` float64s, whose contents are undefined. */
  float64(count: number): number {
    const address = this.#end;
    this.#end += Math.ceil((count * 8) / ALIGNMENT) * ALIGNMENT;
    return address;
  }

  /** Bytes of memory from address 0 to the end of the last block. */
  get bytes(): number {
    return this.#end;
  }
}

/**
 * Grows the kernels' memory to at least `bytes`. WebAssembly memory never shrinks.
 *
 * @throws LinalgError `too-large` above 4 GiB, or where the machine has no more to give.
 */
export function reserve(kernels: Kernels, bytes: number): void {
  const { memory } = kernels;
  const megabytes = Math.ceil(bytes / 2 ** 20);
  if (bytes > MEMORY_LIMIT) {
    throw new LinalgError(
      'too-large',
      `The matrix needs ${megabytes} MiB of memory to solve, more than the 4096 MiB that WebAssembly can address.`,
    );
  }
  const missing = bytes - memory.buffer.byteLength;
  if (missing <= 0) return;
  try {
    memory.grow(Math.ceil(missing / PAGE));
  } catch (cause) {
    throw new LinalgError(
      'too-large',
      `The matrix needs ${megabytes} MiB of memory to solve, and this machine did not give that much. Close other programs or analyze fewer layers at a time.`,
      { cause },
    );
  }
}

/** A view of `count` float64s. It is void after the next growth: take it, use it, drop it. */
export function float64View(kernels: Kernels, address: number, count: number): Float64Array {
  return new Float64Array(kernels.memory.buffer, address, count);
}
