/** Which equal windows of a matrix are solved. */
export interface WindowSettings {
  /** Rows of a window; fewer where the matrix is smaller. */
  readonly rowSamples: number;
  /** Columns over rows of a window. */
  readonly ratio: number;
  /** `spread`: at most so many windows along each side; `scan`: one every so many rows and columns. */
  readonly placing:
    | { readonly kind: 'spread'; readonly perSide: number }
    | { readonly kind: 'scan'; readonly step: number };
  /** How a window with more columns than the matrix is made to fit. */
  readonly overhang: 'clamp' | 'wrap';
}

/** Equal windows of a matrix. */
export interface Windows {
  readonly rows: number;
  readonly cols: number;
  /** First row and first column of each. */
  readonly starts: readonly (readonly [number, number])[];
}

/** Square, so that the estimate does not depend on the shape of the layer, and the same for every layer. */
export const ROBUST_WINDOWS: WindowSettings = {
  rowSamples: 128,
  ratio: 1,
  placing: { kind: 'spread', perSide: 8 },
  overhang: 'clamp',
};

/** The defaults of the FARMS repository, `net_esd_estimator_farms`. */
export const FARMS_WINDOWS: WindowSettings = {
  rowSamples: 100,
  ratio: 2,
  placing: { kind: 'spread', perSide: 10 },
  overhang: 'wrap',
};

/**
 * The windows of a `rows` x `cols` matrix (FARMS, Hu et al. 2025, LLM_Pruning/lib/sampling.py).
 *
 * `wrap` is the reference: a window wider than the matrix begins at a negative column, which counts from
 * the end, so that it loses as many columns as it is too wide (or is the whole width, from twice the
 * width on). `clamp` narrows the window and shortens it in proportion.
 */
export function farmsWindows(rows: number, cols: number, settings: WindowSettings): Windows {
  return settings.placing.kind === 'scan'
    ? scanned(rows, cols, settings, settings.placing.step)
    : spread(rows, cols, settings, settings.placing.perSide);
}

/**
 * The windows of one kernel position of a convolution (FARMS, Image_Classification/tempbalance_farms.py):
 * with the longer side as rows, as many squares as fit below each other, in each of them its upper left
 * part of the ratio: whole columns and fewer rows above a ratio of 1, whole rows and fewer columns below.
 */
export function kernelWindows(rows: number, cols: number, ratio: number): Windows {
  const side = Math.min(rows, cols);
  const shorter = Math.max(1, Math.floor(ratio > 1 ? side / ratio : side * ratio));
  const [height, width] = ratio > 1 ? [shorter, side] : [side, shorter];
  const squares = Math.floor(Math.max(rows, cols) / side);
  const along = Array.from({ length: squares }, (_, k) => k * height);
  return rows >= cols
    ? { rows: height, cols: width, starts: along.map((row) => [row, 0] as const) }
    : { rows: width, cols: height, starts: along.map((col) => [0, col] as const) };
}

/**
 * Variance of a mean over the windows of a random matrix over that of one window: at most the mean over
 * all pairs of the square of the share of entries that they have in common. (Statistics of the
 * eigenvalues of overlapping blocks of a Gaussian matrix go together by this share or a power of it:
 * Borodin 2014. Measured over 40 x 160 to 512 x 512: 0.3 to 1.1 of it.)
 */
export function overlapVariance({ rows, cols, starts }: Windows): number {
  let sum = 0;
  for (const [top, left] of starts)
    for (const [otherTop, otherLeft] of starts) {
      const height = Math.max(0, 1 - Math.abs(top - otherTop) / rows);
      const width = Math.max(0, 1 - Math.abs(left - otherLeft) / cols);
      sum += (height * width) ** 2;
    }
  return sum / starts.length ** 2;
}

function spread(
  rows: number,
  cols: number,
  { rowSamples, ratio, overhang }: WindowSettings,
  perSide: number,
): Windows {
  let height = Math.min(rowSamples, rows, cols);
  let width = Math.trunc(height * ratio);
  if (overhang === 'clamp' && width > cols) {
    width = cols;
    height = Math.max(1, Math.floor(width / ratio));
  }
  const rowStarts = spreadStarts(rows - height, perSide);
  if (width <= cols)
    return {
      rows: height,
      cols: width,
      starts: allPairs(rowStarts, spreadStarts(cols - width, perSide)),
    };
  const wrapped = Math.max(0, 2 * cols - width);
  return { rows: height, cols: cols - wrapped, starts: allPairs(rowStarts, [wrapped]) };
}

/** At most `perSide` starts from 0 to `room`, equally far apart. */
function spreadStarts(room: number, perSide: number): readonly number[] {
  if (perSide === 1) return [0];
  const step = Math.max(1, Math.floor(room / (perSide - 1)));
  const count = Math.min(perSide, Math.floor(room / step) + 1);
  return Array.from({ length: count }, (_, k) => k * step);
}

function scanned(
  rows: number,
  cols: number,
  { rowSamples, ratio }: WindowSettings,
  step: number,
): Windows {
  const height = Math.min(rowSamples, rows);
  const width = Math.min(Math.trunc(rowSamples * ratio), cols);
  return {
    rows: height,
    cols: width,
    starts: allPairs(scanStarts(rows - height, step), scanStarts(cols - width, step)),
  };
}

function scanStarts(room: number, step: number): readonly number[] {
  return Array.from({ length: Math.floor(room / step) + 1 }, (_, k) => k * step);
}

function allPairs(
  rows: readonly number[],
  cols: readonly number[],
): readonly (readonly [number, number])[] {
  return rows.flatMap((row) => cols.map((col) => [row, col] as const));
}
