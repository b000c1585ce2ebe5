import {
  DEFAULT_COLUMNS,
  DETX_COLUMNS,
  MARCHENKO_PASTUR_COLUMNS,
} from './weightWatcherColumns.mjs';

/** Why a figure differs, where nothing above says it. */
export const UNEXPLAINED = 'unexplained';

const FIGURES = [...DEFAULT_COLUMNS, ...DETX_COLUMNS, ...MARCHENKO_PASTUR_COLUMNS];

const TOLERANCE = 1e-9;

/** The fit ends in a simplex search, which two libraries end a little apart. */
const FIT_TOLERANCE = 1e-6;
const FITTED = new Set(['sigma_mp', 'mp_softrank', 'bulk_min', 'bulk_max']);

/** Below this share of the largest, a singular value of float32 weights is the rounding of the solver's input. */
const RESOLUTION = 1e-7;
const ON_SMALLEST = new Set(['sv_min', 'detX_val', 'detX_num', 'matrix_rank', 'rank_loss']);

/** What rounding the entries of a kernel to float32 can change a figure by. */
const FLOAT32_TOLERANCE = 1e-6;

/**
 * Holds WeightWatcher's rows against the layers of a compat report of the same file, by tensor: for each
 * figure how many layers have it, the median and largest absolute and relative difference, and each layer
 * whose difference is above the tolerance, with the reason where one is known. A figure that WeightWatcher
 * gives as -1 of a failed fit, NaN or an infinity is none, as it is null in our report. `numpy` is the
 * version of NumPy that WeightWatcher ran with.
 */
export function compareWithReference(rows, layers, numpy) {
  const scalesInDouble = Number.parseInt(numpy, 10) >= 2;
  const ours = new Map(layers.map((layer) => [layer.tensor, layer]));
  const pairs = rows.flatMap((row) => {
    const layer = ours.get(row.longname ?? row.name);
    return layer ? [{ row, layer }] : [];
  });
  const paired = new Set(pairs.map(({ layer }) => layer));
  return {
    layers: pairs.length,
    onlyReference: rows.map((row) => row.longname ?? row.name).filter((name) => !ours.has(name)),
    onlyOurs: layers.filter((layer) => !paired.has(layer)).map((layer) => layer.tensor),
    figures: FIGURES.map(([column, of]) => compareFigure(column, of, pairs, scalesInDouble)),
  };
}

function compareFigure(column, of, pairs, scalesInDouble) {
  const absolute = [];
  const relative = [];
  const beyond = [];
  let without = 0;
  for (const { row, layer } of pairs) {
    const [reference, own] = [valueOf(row, column), of(layer)];
    if (reference === null && own === null) {
      without++;
      continue;
    }
    if (reference === null || own === null) {
      beyond.push({ tensor: layer.tensor, reference, own, why: 'only one of them has it' });
      continue;
    }
    const difference = Math.abs(own - reference);
    const share = difference === 0 ? 0 : difference / Math.max(Math.abs(own), Math.abs(reference));
    absolute.push(difference);
    relative.push(share);
    if (share > (FITTED.has(column) ? FIT_TOLERANCE : TOLERANCE))
      beyond.push({
        tensor: layer.tensor,
        reference,
        own,
        why: reasonOf(column, layer, difference, share, scalesInDouble),
      });
  }
  return {
    column,
    compared: absolute.length,
    without,
    medianAbsolute: median(absolute),
    maxAbsolute: Math.max(0, ...absolute),
    medianRelative: median(relative),
    maxRelative: Math.max(0, ...relative),
    beyond,
  };
}

function valueOf(row, column) {
  const value = row[column];
  if (typeof value !== 'number') return null;
  return row.status === 'failed' && value === -1 ? null : value;
}

function reasonOf(column, { metrics, view }, difference, share, scalesInDouble) {
  if (ON_SMALLEST.has(column) && metrics.svMin / metrics.svMax < RESOLUTION)
    return 'rests on singular values below 1e-7 of the largest, where both have only rounding';
  // Rounding moves every singular value by a share of the largest.
  const moved = column === 'sv_min' ? difference / metrics.svMax : share;
  if (view === 'slices' && scalesInDouble && moved < FLOAT32_TOLERANCE)
    return 'a kernel times the root of 1/2: float64 with NumPy 2, float32 with NumPy 1 and in compat mode';
  return UNEXPLAINED;
}

function median(values) {
  if (values.length === 0) return 0;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
