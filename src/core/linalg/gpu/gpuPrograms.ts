import type { Dispatch, GpuBuffer, GpuDevice, GpuKernel } from './gpuDevice.ts';
import {
  bisectProgram,
  chaseProgram,
  maxChaseSize,
  spreadBandProgram,
} from './wgsl/bidiagonalPrograms.ts';
import { differenceProgram, type GemmShape, gemmProgram } from './wgsl/gemmProgram.ts';
import { clearLowerProgram, gatherProgram, mixProgram } from './wgsl/mixPrograms.ts';
import {
  blockReflectorProgram,
  sliceBasisProgram,
  sliceQRProgram,
} from './wgsl/panelPrograms.ts';
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

/** The programs of a device, compiled once and only those that are asked for. */
export class GpuPrograms {
  readonly #device: GpuDevice;
  readonly #compiled = new Map<string, Promise<CompiledProgram>>();

  constructor(device: GpuDevice) {
    this.#device = device;
  }

  /** Compiles these, all at once. @throws GpuError `invalid`, `lost`. */
  async prepare<Name extends ProgramName>(
    names: readonly Name[],
    width: number,
  ): Promise<ReadyPrograms<Name>> {
    const compiled = await Promise.all(names.map((name) => this.#compile(name, width)));
    const ready = new Map(names.map((name, i) => [name, compiled[i]!]));
    return {
      dispatch: (name, buffers, parameters, groups, flops) => {
        const { kernel, program } = ready.get(name)!;
        return {
          kernel,
          buffers,
          parameters: program.pack(parameters as Readonly<Record<string, number>>),
          groups,
          flops,
        };
      },
    };
  }

  #compile(name: ProgramName, width: number): Promise<CompiledProgram> {
    const program: GpuProgram = PROGRAMS[name](width);
    const key = program.source.wgsl;
    const known = this.#compiled.get(key);
    if (known) return known;
    const compiled = this.#device
      .createKernel(program.source)
      .then((kernel) => ({ kernel, program }));
    this.#compiled.set(key, compiled);
    // A refusal is told to whoever waits now; the next one tries again.
    compiled.catch(() => this.#compiled.delete(key));
    return compiled;
  }
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

const ofDevice = new WeakMap<GpuDevice, GpuPrograms>();

/** The programs of this device. */
export function programsOf(device: GpuDevice): GpuPrograms {
  const known = ofDevice.get(device);
  if (known) return known;
  const programs = new GpuPrograms(device);
  ofDevice.set(device, programs);
  return programs;
}
