/** What the build is told: see scripts/kernels.mjs. */
declare const WIDE_REGISTERS: i32;
