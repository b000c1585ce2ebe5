/**
 * Whether pairs of vectors are laid out to become one of 256 bits, which V8 makes of them where it is told
 * to and the processor has such registers. All values are the same bits either way.
 */
export const IS_WIDE: bool = WIDE_REGISTERS != 0;
