import { LinalgError } from '../linalgError.ts';
import type { Matrix } from '../matrix.ts';
import { scaledMatrix } from '../scaledMatrix.ts';
import { bandLayout, type BandLayout } from './bandLayout.ts';
import { BAND_PROGRAMS, bandReduction } from './bandReduction.ts';
import { bandBuffers, bandBytes, bufferSizes, mixDispatches, requireRoom } from './gpuBand.ts';
import type { Dispatch, GpuBuffer, GpuDevice } from './gpuDevice.ts';
import { GpuError } from './gpuError.ts';
import { preparePrograms, type ReadyPrograms } from './gpuPrograms.ts';
import { type GpuUse, memoryBudget, runDispatches, withBuffers } from './gpuRun.ts';
import { type FinishBand, gpuSingularValues } from './gpuSingularValues.ts';
import { mixMatrix } from './hadamardMixing.ts';
import { BAND_WIDTH } from './preparedBand.ts';
import { MIX_SEED, survey } from './roundedMatrix.ts';
import { chaseTicks } from './wgsl/bidiagonalPrograms.ts';

/** Windows of one shape inside an array: element (i, j) of window w is at offsets[w] + i rowStride + j colStride. */
export interface WindowView {
  readonly rows: number;
  readonly cols: number;
  readonly rowStride: number;
  readonly colStride: number;
  readonly offsets: readonly number[];
}

/** Up to this shorter side a window is solved wholly on the device. */
export const MAX_WINDOW = 512;

/** Of windows that are solved wholly on the device: a narrower band is quicker to chase. */
const WINDOW_WIDTH = 16;

/** Longest dimension of a grid that every adapter has; a product's takes batch times parts of it. */
const MAX_BATCH = 2048;

/** A window whose values lie below this share of the largest entry of all is solved again on its own scale. */
const SMALLEST_SCALE = 1e-6;

/** How far the sum of a window's squares may be off: float32 is off by 1e-6. */
const SQUARES_TOLERANCE = 1e-4;

/** Windows of a batch whose sum of squares is looked at. */
const CHECKED_WINDOWS = 4;

const WINDOW_PROGRAMS = [
  ...BAND_PROGRAMS,
  'gather',
  'mix',
  'spreadBand',
  'chase',
  'bisect',
] as const;

/**
 * Singular values of all windows, each descending, one window after the other: min(rows, cols) values
 * each. Windows with a shorter side of at most MAX_WINDOW never leave the device before they are solved:
 * mixed, reduced to a band in one batch, chased to a bidiagonal and bisected, in float32; larger ones are
 * finished in float64 by `finish`. The error of each value is at most 5e-7 of the window's largest.
 *
 * @throws GpuError and LinalgError as `gpuBand` does.
 */
export async function gpuWindowSpectra(
  values: Float64Array,
  view: WindowView,
  device: GpuDevice,
  finish: FinishBand,
  use: GpuUse = {},
): Promise<Float64Array> {
  const windows = uprightWindows(values, view);
  const { rows, cols, offsets, data, unscale, scale } = windows;
  const found = new Float64Array(offsets.length * cols);
  if (!data) return found;
  const isSmall = cols <= MAX_WINDOW;
  const layout = bandLayout(rows, cols, isSmall ? WINDOW_WIDTH : BAND_WIDTH);
  requireRoom(layout, 1, device, use);
  const programs = await preparePrograms(device, WINDOW_PROGRAMS, layout.width);
  const most = Math.min(batchLimit(layout, 4 * data.length, device, use), offsets.length);
  await withBuffers(
    device,
    {
      ...bufferSizes(layout, most),
      source: data.length,
      starts: offsets.length,
      band: isSmall ? most * bandStride(layout) : 1,
      values: most * cols,
    },
    async (buffers) => {
      device.write(buffers.source, 0, data);
      device.write(buffers.starts, 0, Uint32Array.from(offsets));
      for (let first = 0; first < offsets.length; first += most) {
        const batch = Math.min(most, offsets.length - first);
        const job = { layout, batch, buffers: bandBuffers(buffers), programs };
        const reduction = [
          gather(programs, buffers, windows, layout, first, batch),
          ...mixDispatches(programs, buffers.matrix, { ...layout, rows, cols, base: 0, batch }),
          ...bandReduction(job),
        ];
        const target = found.subarray(first * cols, (first + batch) * cols);
        if (isSmall) {
          const solve = bidiagonalSolve(programs, buffers, layout, cols, batch, use);
          await runDispatches(device, [...reduction, ...solve], use);
          target.set(await device.read(buffers.values, 0, batch * cols));
        } else {
          await runDispatches(device, reduction, use);
          const { blocks } = layout.sizes;
          const triangles = await device.read(buffers.blocks, 0, batch * blocks);
          for (let w = 0; w < batch; w++) {
            const band = {
              width: layout.width,
              size: layout.cols,
              triangles: triangles.slice(w * blocks, (w + 1) * blocks),
            };
            target.set(await finish(band, cols), w * cols);
          }
        }
      }
    },
  );
  requirePlausible(found, windows, device);
  unscale(found);
  for (let w = 0; w < offsets.length; w++) {
    const own = found.subarray(w * cols, (w + 1) * cols);
    if (own[0]! >= SMALLEST_SCALE * scale) continue;
    own.set(await gpuSingularValues(windowAt(values, view, w), device, finish, use));
  }
  return found;
}

/** One window as a matrix of its own. */
function windowAt(
  values: Float64Array,
  { rows, cols, rowStride, colStride, offsets }: WindowView,
  w: number,
): Matrix {
  const data = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++)
      data[i * cols + j] = values[offsets[w]! + i * rowStride + j * colStride]!;
  }
  return { rows, cols, data };
}

interface Windows extends Omit<WindowView, 'offsets'> {
  readonly offsets: readonly number[];
  /** What the device gets; undefined where every value is zero. */
  readonly data: Float32Array | undefined;
  readonly unscale: (values: Float64Array) => void;
  /** Power of two of the largest value of all. */
  readonly scale: number;
}

/** A loop, which is tens of times faster than `Float32Array.from` with a function. */
function scaledFloats(values: Float64Array, [p, q]: readonly [number, number]): Float32Array {
  const scaled = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) scaled[i] = values[i]! * p * q;
  return scaled;
}

/** The windows with their longer side as rows, scaled and rounded to float32. */
function uprightWindows(values: Float64Array, view: WindowView): Windows {
  const isWide = view.cols > view.rows;
  const upright = isWide
    ? {
        rows: view.cols,
        cols: view.rows,
        rowStride: view.colStride,
        colStride: view.rowStride,
        offsets: view.offsets,
      }
    : view;
  const whole: Matrix = { rows: 1, cols: values.length, data: values };
  const scaled = scaledMatrix(whole);
  const { isZero, toUnit } = scaled;
  const unscale = (found: Float64Array): void => scaled.unscale(found);
  requireInside(view, values.length);
  const [p, q] = toUnit;
  const scale = 1 / p / q;
  if (isZero) return { ...upright, data: undefined, unscale, scale };
  if (survey(values, toUnit).isExact) {
    return {
      ...upright,
      data: scaledFloats(values, toUnit),
      unscale,
      scale,
    };
  }
  const { rows, cols, offsets } = upright;
  const size = rows * cols;
  const data = new Float32Array(offsets.length * size);
  const mixed = new Float64Array(size);
  for (const [w, offset] of offsets.entries()) {
    for (let i = 0; i < rows; i++) {
      const from = offset + i * upright.rowStride;
      for (let j = 0; j < cols; j++)
        mixed[i * cols + j] = values[from + j * upright.colStride]! * p * q;
    }
    mixMatrix(mixed, rows, cols, MIX_SEED);
    data.set(mixed, w * size);
  }
  return {
    rows,
    cols,
    rowStride: cols,
    colStride: 1,
    offsets: offsets.map((_, w) => w * size),
    data,
    unscale,
    scale,
  };
}

/** @throws LinalgError `bad-shape`. */
function requireInside(
  { rows, cols, rowStride, colStride, offsets }: WindowView,
  length: number,
): void {
  const reach = (rows - 1) * rowStride + (cols - 1) * colStride;
  for (const offset of offsets) {
    if (rows >= 1 && cols >= 1 && offset >= 0 && offset + reach < length) continue;
    throw new LinalgError(
      'bad-shape',
      `A window of ${rows} x ${cols} from value ${offset} on does not lie inside the ${length} values of the matrix.`,
    );
  }
}

/** Windows that fit the device at once. */
function batchLimit(
  layout: BandLayout,
  sourceBytes: number,
  device: GpuDevice,
  use: GpuUse,
): number {
  const { maxBindingBytes, maxBufferBytes, maxWorkgroups } = device.limits;
  const binding = Math.min(maxBindingBytes, maxBufferBytes);
  if (sourceBytes > binding) {
    throw new GpuError(
      'too-large',
      `The windows lie in ${Math.ceil(sourceBytes / 2 ** 20)} MiB of values; ${device.adapter.name} allows ${Math.floor(binding / 2 ** 20)} MiB in one buffer.`,
    );
  }
  const each = bandBytes(layout, 1) + 4 * bandStride(layout);
  const largest = 4 * Math.max(bandStride(layout), ...Object.values(bufferSizes(layout, 1)));
  const room = Math.floor((memoryBudget(device, use) - sourceBytes) / each);
  return Math.max(
    1,
    Math.min(room, Math.floor(binding / largest), MAX_BATCH, Math.floor(maxWorkgroups / 16)),
  );
}

/** float32s of a band with room for bulges. */
function bandStride({ cols, width }: BandLayout): number {
  return cols * (3 * width + 1) + 2 * width;
}

type WindowPrograms = ReadyPrograms<(typeof WINDOW_PROGRAMS)[number]>;
type WindowBuffers = Readonly<
  Record<'source' | 'starts' | 'matrix' | 'blocks' | 'band' | 'values', GpuBuffer>
>;

function gather(
  programs: WindowPrograms,
  { source, starts, matrix }: WindowBuffers,
  { rows, cols, rowStride, colStride }: Windows,
  layout: BandLayout,
  first: number,
  batch: number,
): Dispatch {
  return programs.dispatch(
    'gather',
    [source, starts, matrix],
    {
      rows,
      cols,
      rowStride,
      colStride,
      paddedRows: layout.rows,
      paddedCols: layout.cols,
      firstStart: first,
      target0: 0,
      targetBatch: layout.sizes.matrix,
    },
    [Math.ceil(layout.cols / 64), layout.rows, batch],
    0,
  );
}

/** Bands to bidiagonals to values; the chase in dispatches that each end soon. */
function bidiagonalSolve(
  programs: WindowPrograms,
  { blocks, band, values }: WindowBuffers,
  layout: BandLayout,
  count: number,
  batch: number,
  { flopsPerSubmit = Infinity }: GpuUse,
): readonly Dispatch[] {
  const { cols: size, width, sizes } = layout;
  const bandBatch = bandStride(layout);
  const spread = programs.dispatch(
    'spreadBand',
    [blocks, band],
    { size, blocksBatch: sizes.blocks, bandBatch },
    [Math.ceil((size * 3 * width) / 256), 1, batch],
    0,
  );
  const ticks = chaseTicks(size, width);
  const chaseFlops = batch * 8 * size ** 2 * width;
  const pieces = Math.min(ticks, Math.max(1, Math.ceil(chaseFlops / flopsPerSubmit)));
  const perPiece = Math.ceil(ticks / pieces);
  const chase = Array.from({ length: pieces }, (_, piece) =>
    programs.dispatch(
      'chase',
      [band],
      {
        size,
        bandBatch,
        firstTick: piece * perPiece,
        endTick: Math.min(ticks, (piece + 1) * perPiece),
      },
      [1, 1, batch],
      chaseFlops / pieces,
    ),
  );
  const bisect = programs.dispatch(
    'bisect',
    [band, values],
    { size, bandBatch, count, firstValue: 0 },
    [1, 1, batch],
    batch * 27 * 2 * size * count * 4,
  );
  return [spread, ...chase, bisect];
}

/**
 * @throws GpuError `wrong-result` unless every value is finite and the squares of some windows' values add
 * up to those of their entries.
 */
function requirePlausible(found: Float64Array, windows: Windows, device: GpuDevice): void {
  const { rows, cols, rowStride, colStride, offsets } = windows;
  const data = windows.data!;
  if (!found.every(Number.isFinite)) {
    throw new GpuError(
      'wrong-result',
      `${device.adapter.name} gave singular values that are not finite.`,
    );
  }
  const every = Math.max(1, Math.floor(offsets.length / CHECKED_WINDOWS));
  for (let w = 0; w < offsets.length; w += every) {
    let expected = 0;
    for (let i = 0; i < rows; i++) {
      const from = offsets[w]! + i * rowStride;
      for (let j = 0; j < cols; j++) expected += data[from + j * colStride]! ** 2;
    }
    const squares = found.subarray(w * cols, (w + 1) * cols).reduce((sum, s) => sum + s * s, 0);
    if (Math.abs(squares - expected) <= SQUARES_TOLERANCE * expected + SMALLEST_SCALE ** 2)
      continue;
    throw new GpuError(
      'wrong-result',
      `${device.adapter.name} gave a wrong result: the squares of the singular values of window ${w} add up to ${squares} where those of its entries are ${expected}.`,
    );
  }
}
