import type { Dispatch, GpuBuffer, GpuDevice, GpuKernel } from './gpuDevice.ts';
import {
  bisectProgram,
  chaseProgram,
  maxChaseSize,
  spreadBandProgram,
} from './wgsl/bidiagonalPrograms.ts';
import { differenceProgram, type GemmShape, gemmProgram } from './wgsl/gemmProgram.ts';
import { clearLowerProgram, gatherProgram, mixProgram } from './wgsl/mixPrograms.ts';
import { blockReflectorProgram, sliceBasisProgram, sliceQRProgram } from './wgsl/panelPrograms.ts';
import type { GpuProgram } from './wgsl/program.ts';

/** A product with as few rows as a panel has columns. */
const NARROW = { tileRows: 32, tileCols: 64 };
const SQUARE = { tileRows: 64, tileCols: 64 };

/** Every program, by what it does. Programs that a panel's width is compiled into are made for one width. */
const PROGRAMS = {
  narrowNN: () => gemmProgram({ transA: false, transB: false, ...NARROW }, 'store'),
  narrowNT: () => gemmProgram({ transA: false, transB: true, ...NARROW }, 'store'),
  difference: () => differenceProgram({ transA: true, transB: false, ...NARROW }),
  update: () => gemmProgram({ transA: true, transB: false, ...SQUARE }, 'subtract'),
  productNN: () => gemmProgram({ transA: false, transB: false, ...SQUARE }, 'store'),
  productNT: () => gemmProgram({ transA: false, transB: true, ...SQUARE }, 'store'),
  productTN: () => gemmProgram({ transA: true, transB: false, ...SQUARE }, 'store'),
  productTT: () => gemmProgram({ transA: true, transB: true, ...SQUARE }, 'store'),
  gather: gatherProgram,
  mix: mixProgram,
  clearLower: clearLowerProgram,
  sliceQR: sliceQRProgram,
  sliceBasis: sliceBasisProgram,
  blockReflector: blockReflectorProgram,
  spreadBand: spreadBandProgram,
  chase: chaseProgram,
  bisect: (width: number) => bisectProgram(width, maxChaseSize(width)),
} satisfies Record<string, (width: number) => Pick<GpuProgram, 'source'>>;

export type ProgramName = keyof typeof PROGRAMS;
type ParametersOf<Name extends ProgramName> = Parameters<
  ReturnType<(typeof PROGRAMS)[Name]>['pack']
>[0];

/** The product program for these transpositions. */
export function productName({ transA, transB }: Pick<GemmShape, 'transA' | 'transB'>): ProgramName {
  return `product${transA ? 'T' : 'N'}${transB ? 'T' : 'N'}`;
}

/** Compiles these programs, all at once, where the device has not already. @throws GpuError `invalid`, `lost`. */
export async function preparePrograms<Name extends ProgramName>(
  device: GpuDevice,
  names: readonly Name[],
  width: number,
): Promise<ReadyPrograms<Name>> {
  const compiled = await Promise.all(names.map((name) => compile(device, name, width)));
  const ready = new Map(names.map((name, i) => [name, compiled[i]!]));
  return {
    dispatch: (name, buffers, parameters, groups, flops) => {
      const { kernel, program } = ready.get(name)!;
      return {
        kernel,
        buffers,
        parameters: program.pack(parameters),
        groups,
        flops,
      };
    },
  };
}

async function compile(
  device: GpuDevice,
  name: ProgramName,
  width: number,
): Promise<CompiledProgram> {
  const program: GpuProgram = PROGRAMS[name](width);
  return { kernel: await device.createKernel(program.source), program };
}

interface CompiledProgram {
  readonly kernel: GpuKernel;
  readonly program: GpuProgram;
}

/** Compiled programs, ready to be dispatched. */
export interface ReadyPrograms<Name extends ProgramName> {
  dispatch<N extends Name>(
    name: N,
    buffers: readonly GpuBuffer[],
    parameters: ParametersOf<N>,
    groups: readonly [number, number, number],
    flops: number,
  ): Dispatch;
}
