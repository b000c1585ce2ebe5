import { type BandBufferName, type BandLayout, panelLevels, splitsOf } from './bandLayout.ts';
import type { Dispatch, GpuBuffer } from './gpuDevice.ts';
import type { ReadyPrograms } from './gpuPrograms.ts';

export const BAND_PROGRAMS = [
  'narrowNN',
  'narrowNT',
  'difference',
  'update',
  'sliceQR',
  'sliceBasis',
  'blockReflector',
] as const;

/** The triangles of the levels of a panel alternate between two buffers, and so do their bases. */
export type BandBuffers = Readonly<
  Record<Exclude<BandBufferName, 'triangles' | 'basis'>, GpuBuffer> & {
    triangles: readonly [GpuBuffer, GpuBuffer];
    basis: readonly [GpuBuffer, GpuBuffer];
  }
>;

/** A batch of matrices of one layout, one after the other in every buffer. */
export interface BandBatch {
  readonly layout: BandLayout;
  readonly batch: number;
  readonly buffers: BandBuffers;
  readonly programs: ReadyPrograms<(typeof BAND_PROGRAMS)[number]>;
}

/**
 * The dispatches that reduce every matrix of the batch to an upper band, whose triangles `blocks` then
 * holds: block 2 s is that of step s from the left, block 2 s + 1 that from the right, `[width, width]`
 * each. The method is that of `reduceToBand` on the CPU, with the panels as block reflectors
 * I - Y M Y^T made from TSQR, and one update of the trailing matrix a step: A - Y Z - X Y2^T. The matrices
 * are destroyed; nothing is read back.
 */
export function bandReduction(job: BandBatch): readonly Dispatch[] {
  const { layout, batch, buffers } = job;
  const { width: b, rows, cols, steps, sizes } = layout;
  const { matrix, left, right, partials, cross, work, factors, blocks } = buffers;
  const dispatches: Dispatch[] = [];
  for (let step = 0; step < steps; step++) {
    const top = step * b;
    const next = top + b;
    const rest = cols - next;
    const below = rows - next;
    dispatches.push(...leftPanel(job, top, { buffer: blocks, ...blockAt(layout, 2 * step) }));
    if (rest === 0) break;

    dispatches.push(...columnProducts(job, top));
    const z = { offset: next, ld: cols, batch: sizes.right };
    const y = { offset: next, ld: rows, batch: sizes.left };
    const trailing = { offset: next * cols + next, ld: cols, batch: sizes.matrix };
    const topRows = { offset: top * cols + next, ld: cols, batch: sizes.matrix };
    dispatches.push(
      difference(job, [b, rest, b], {
        a: { ...y, offset: top, buffer: left },
        b: { ...z, buffer: right },
        d: { ...topRows, buffer: matrix, parts: 1, part: 0 },
        c: { offset: 0, ld: cols, batch: sizes.work, buffer: work },
      }),
      ...panel(
        job,
        { buffer: work, offset: 0, batch: sizes.work, rowStride: 1, colStride: cols },
        { buffer: right, offset: b * cols + next, batch: sizes.right, stride: cols },
        rest,
        { buffer: blocks, ...blockAt(layout, 2 * step + 1) },
      ),
    );
    const y2 = { ...z, offset: b * cols + next };
    const rowSplit = splitsOf(rest);
    const products = { offset: 0, ld: rows, batch: sizes.partials };
    const crossed = { offset: 0, ld: b, batch: sizes.cross };
    dispatches.push(
      product(job, 'narrowNT', [b, below, rest], {
        a: { ...y2, buffer: right },
        b: { ...trailing, buffer: matrix },
        c: { ...products, buffer: partials, split: b * rows },
      }),
      product(job, 'narrowNT', [b, b, rest], {
        a: { ...z, buffer: right },
        b: { ...y2, buffer: right },
        c: { ...crossed, buffer: cross, split: b * b },
      }),
      difference(job, [b, below, b], {
        a: { ...crossed, buffer: cross, parts: rowSplit.splits, part: b * b },
        b: { ...y, buffer: left },
        d: { ...products, buffer: partials, parts: rowSplit.splits, part: b * rows },
        c: { offset: 0, ld: rows, batch: sizes.work, buffer: work },
      }),
      difference(job, [b, below, b], {
        a: { offset: 0, ld: b, batch: sizes.factors, buffer: factors },
        b: { offset: 0, ld: rows, batch: sizes.work, buffer: work },
        d: { offset: 0, ld: 0, batch: 0, buffer: matrix, parts: 0, part: 0 },
        c: { ...y, offset: b * rows + next, buffer: left },
      }),
      product(job, 'update', [below, rest, 2 * b], {
        a: { ...y, buffer: left },
        b: { ...z, buffer: right },
        c: { ...trailing, buffer: matrix, split: 0 },
      }),
    );
  }
  return dispatches.map((dispatch) => ({ ...dispatch, flops: dispatch.flops * batch }));
}

/**
 * The dispatches that make the first `cols` rows of one matrix its triangle R, by reflectors from the left
 * alone; below the diagonal they leave what was there.
 */
export function triangleReduction(job: BandBatch): readonly Dispatch[] {
  const { layout, buffers } = job;
  const { width: b, rows, cols, steps, sizes } = layout;
  const { matrix, left, right } = buffers;
  const dispatches: Dispatch[] = [];
  for (let step = 0; step < steps; step++) {
    const top = step * b;
    const next = top + b;
    const rest = cols - next;
    dispatches.push(
      ...leftPanel(job, top, {
        buffer: matrix,
        offset: top * cols + top,
        batch: sizes.matrix,
        stride: cols,
      }),
    );
    if (rest === 0) break;
    dispatches.push(
      ...columnProducts(job, top),
      product(job, 'update', [rows - top, rest, b], {
        a: { offset: top, ld: rows, batch: sizes.left, buffer: left },
        b: { offset: next, ld: cols, batch: sizes.right, buffer: right },
        c: {
          offset: top * cols + next,
          ld: cols,
          batch: sizes.matrix,
          buffer: matrix,
          split: 0,
        },
      }),
    );
  }
  return dispatches;
}

interface Operand {
  readonly buffer: GpuBuffer;
  readonly offset: number;
  readonly ld: number;
  readonly batch: number;
}

type SummedOperand = Operand & { readonly parts?: number; readonly part?: number };

interface BlockTarget {
  readonly buffer: GpuBuffer;
  readonly offset: number;
  readonly batch: number;
  readonly stride: number;
}

function blockAt({ width, sizes }: BandLayout, index: number): Omit<BlockTarget, 'buffer'> {
  return { offset: index * width * width, batch: sizes.blocks, stride: width };
}

/** The panel of columns from (top, top) down; its reflectors go to `left`, aligned with the rows of the matrix. */
function leftPanel(job: BandBatch, top: number, block: BlockTarget): readonly Dispatch[] {
  const { rows, cols, sizes } = job.layout;
  return panel(
    job,
    {
      buffer: job.buffers.matrix,
      offset: top * cols + top,
      batch: sizes.matrix,
      rowStride: cols,
      colStride: 1,
    },
    { buffer: job.buffers.left, offset: top, batch: sizes.left, stride: rows },
    rows - top,
    block,
  );
}

/** Z = M^T Y^T A for the columns to the right of the panel, into `right`. */
function columnProducts(job: BandBatch, top: number): readonly Dispatch[] {
  const { width: b, rows, cols, sizes } = job.layout;
  const { matrix, left, right, partials, factors } = job.buffers;
  const next = top + b;
  const rest = cols - next;
  const products = { offset: 0, ld: cols, batch: sizes.partials, buffer: partials };
  const { splits } = splitsOf(rows - top);
  return [
    product(job, 'narrowNN', [b, rest, rows - top], {
      a: { offset: top, ld: rows, batch: sizes.left, buffer: left },
      b: { offset: top * cols + next, ld: cols, batch: sizes.matrix, buffer: matrix },
      c: { ...products, split: b * cols },
    }),
    difference(job, [b, rest, b], {
      a: { offset: 0, ld: b, batch: sizes.factors, buffer: factors },
      b: { ...products, parts: splits, part: b * cols },
      d: { offset: 0, ld: 0, batch: 0, buffer: matrix, parts: 0, part: 0 },
      c: { offset: next, ld: cols, batch: sizes.right, buffer: right },
    }),
  ];
}

type Extent = readonly [m: number, n: number, k: number];

function product(
  { programs, batch }: BandBatch,
  name: 'narrowNN' | 'narrowNT' | 'update',
  [m, n, k]: Extent,
  { a, b, c }: { a: Operand; b: Operand; c: Operand & { readonly split: number } },
): Dispatch {
  const { splits, depth } = name === 'update' ? { splits: 1, depth: k } : splitsOf(k);
  const tileRows = name === 'update' ? 64 : 32;
  return programs.dispatch(
    name,
    [a.buffer, b.buffer, c.buffer],
    { ...extents([m, n, k], a, b, c), splits, splitDepth: depth, splitC: c.split },
    [Math.ceil(n / 64), Math.ceil(m / tileRows), batch * splits],
    2 * m * n * k,
  );
}

function difference(
  { programs, batch }: BandBatch,
  [m, n, k]: Extent,
  operands: { a: SummedOperand; b: SummedOperand; d: SummedOperand; c: Operand },
): Dispatch {
  const { a, b, c, d } = operands;
  return programs.dispatch(
    'difference',
    [a.buffer, b.buffer, d.buffer, c.buffer],
    {
      ...extents([m, n, k], a, b, c),
      splits: 1,
      splitDepth: k,
      splitC: 0,
      ldd: d.ld,
      offsetD: d.offset,
      batchD: d.batch,
      partsA: a.parts ?? 1,
      partA: a.part ?? 0,
      partsB: b.parts ?? 1,
      partB: b.part ?? 0,
      partsD: d.parts ?? 1,
      partD: d.part ?? 0,
    },
    [Math.ceil(n / 64), Math.ceil(m / 32), batch],
    2 * m * n * k,
  );
}

function extents([m, n, k]: Extent, a: Operand, b: Operand, c: Operand) {
  return {
    m,
    n,
    k,
    lda: a.ld,
    ldb: b.ld,
    ldc: c.ld,
    offsetA: a.offset,
    offsetB: b.offset,
    offsetC: c.offset,
    batchA: a.batch,
    batchB: b.batch,
    batchC: c.batch,
  };
}

interface PanelSource {
  readonly buffer: GpuBuffer;
  readonly offset: number;
  readonly batch: number;
  readonly rowStride: number;
  readonly colStride: number;
}

interface PanelTarget {
  readonly buffer: GpuBuffer;
  readonly offset: number;
  readonly batch: number;
  readonly stride: number;
}

/** QR of a panel of `length` rows: Y into `target`, -M into `factors`, the triangle into `block`. */
function panel(
  { layout, batch, buffers, programs }: BandBatch,
  source: PanelSource,
  target: PanelTarget,
  length: number,
  block: BlockTarget,
): readonly Dispatch[] {
  const { width: b, sizes } = layout;
  const { vectors, triangles, basis, factors } = buffers;
  const levels = panelLevels(length, b);
  const stacked = { offset: 0, batch: sizes.triangles, rowStride: b, colStride: 1 };
  const factorings = levels.map(({ rows, slices, vectors0, tau0 }, level) => {
    const from =
      level === 0 ? source : { ...stacked, buffer: triangles[((level + 1) % 2) as 0 | 1] };
    return programs.dispatch(
      'sliceQR',
      [from.buffer, vectors, triangles[(level % 2) as 0 | 1]],
      {
        rows,
        source0: from.offset,
        sourceBatch: from.batch,
        rowStride: from.rowStride,
        colStride: from.colStride,
        vectors0,
        vectorsBatch: sizes.vectors,
        tau0,
        target0: 0,
        targetBatch: sizes.triangles,
      },
      [slices, 1, batch],
      2 * rows * b * b,
    );
  });
  const root = levels.length - 1;
  const bases = levels.map(({ rows, slices, vectors0, tau0 }, level) =>
    programs.dispatch(
      'sliceBasis',
      [
        vectors,
        basis[((level + 1) % 2) as 0 | 1],
        level === 0 ? target.buffer : basis[(level % 2) as 0 | 1],
      ],
      {
        rows,
        vectors0,
        vectorsBatch: sizes.vectors,
        tau0,
        isRoot: Number(level === root),
        parent0: 0,
        parentBatch: sizes.basis,
        target0: level === 0 ? target.offset : 0,
        targetBatch: level === 0 ? target.batch : sizes.basis,
        rowStride: level === 0 ? 1 : b,
        colStride: level === 0 ? target.stride : 1,
      },
      [slices, 1, batch],
      2 * rows * b * b,
    ),
  );
  const reflector = programs.dispatch(
    'blockReflector',
    [triangles[(root % 2) as 0 | 1], target.buffer, factors, block.buffer],
    {
      basis0: target.offset,
      basisBatch: target.batch,
      colStride: target.stride,
      triangle0: 0,
      triangleBatch: sizes.triangles,
      block0: block.offset,
      blockBatch: block.batch,
      blockStride: block.stride,
      factor0: 0,
      factorBatch: sizes.factors,
    },
    [1, 1, batch],
    2 * b ** 3,
  );
  return [...factorings, ...bases.reverse(), reflector];
}
