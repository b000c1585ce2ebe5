import type { KernelSource } from '../gpuDevice.ts';

/** A kernel's source, and its parameters by name. */
export interface GpuProgram<Name extends string = string> {
  readonly source: KernelSource;
  readonly pack: (values: Readonly<Record<Name, number>>) => Uint32Array;
}

interface ProgramText<Name extends string> {
  readonly name: string;
  /** Unsigned 32-bit parameters; the WGSL reads them as `p.name`. */
  readonly parameters: readonly Name[];
  /** Arrays of float32 that the WGSL reads (and writes) by these names, in the order of a dispatch's buffers. */
  readonly buffers: Readonly<Record<string, 'read' | 'read-write'>>;
  readonly wgsl: string;
}

/** Declares parameters and buffers once, for the WGSL and for the dispatch alike. */
export function program<Name extends string>(text: ProgramText<Name>): GpuProgram<Name> {
  const { name, parameters, buffers } = text;
  const members = parameters.map((parameter) => `${parameter}: u32`).join(', ');
  const bindings = Object.entries(buffers).map(
    ([buffer, access], i) =>
      `@group(0) @binding(${i + 1}) var<storage, ${access === 'read' ? 'read' : 'read_write'}> ${buffer}: array<f32>;`,
  );
  const wgsl = [
    `struct Parameters { ${members} };`,
    '@group(0) @binding(0) var<uniform> p: Parameters;',
    ...bindings,
    text.wgsl,
  ].join('\n');
  return {
    source: { name, wgsl, buffers: Object.values(buffers) },
    pack: (values) => Uint32Array.from(parameters, (parameter) => values[parameter]),
  };
}

/** One line of WGSL for each number below `count`. */
export function lines(count: number, line: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => line(i)).join('\n');
}

/**
 * Square root and quotient with one step of refinement: WGSL allows 2.5 units in the last place and more,
 * and thousands of reflectors made with such follow one another. The step needs an fma that rounds once;
 * where it rounds twice (WGSL allows that too) it would do harm, so `isFused` asks the device first. `one`
 * is 1, but must not be known to the compiler.
 */
export const PRECISE = `
fn isFused(one: f32) -> bool {
  let x = one + 0.000244140625;
  return fma(x, x, -(x * x)) != 0.0;
}
fn preciseRoot(x: f32, fused: bool) -> f32 {
  let root = sqrt(x);
  return select(root, root + 0.5 * fma(-root, root, x) / root, fused);
}
fn preciseQuotient(x: f32, y: f32, fused: bool) -> f32 {
  let quotient = x / y;
  return select(quotient, quotient + fma(-quotient, y, x) / y, fused);
}`;
