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
 * and a reflector made with those is not orthogonal to float32.
 */
export const PRECISE = `
fn preciseRoot(x: f32) -> f32 {
  let root = sqrt(x);
  return root + 0.5 * fma(-root, root, x) / root;
}
fn preciseQuotient(x: f32, y: f32) -> f32 {
  let quotient = x / y;
  return quotient + fma(-quotient, y, x) / y;
}`;
