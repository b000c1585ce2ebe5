import { countAbove } from './eigenvalues.ts';
import type { MarchenkoPasturFigures, SolvedSpectrum } from './figures.ts';
import { finite } from './finite.ts';
import { failedMarchenkoPastur } from './marchenkoPastur.ts';
import { simplexMinimum } from './simplexMinimum.ts';

const GRID_POINTS = 1000;
const BANDWIDTH = 0.1;
const LEAST_DENSITY = 0.01;
const PENALTY = 1000;
/** The brute grid of sigma, in units of the sigma whose bulk ends at the largest eigenvalue. */
const GRID = { from: 0.05, to: 2, step: 0.01 } as const;
/** Where the fit sits on the lower end of its grid, the soft rank is 0.05^2 exactly. */
const BOUNDARY_SOFT_RANK = GRID.from ** 2;

/**
 * The Marchenko-Pastur fit of WeightWatcher 0.7.5.5 (RMT_Util.py, `fit_density` with its default
 * kernel), defects included: least squares between the density and a triangular kernel estimate of the
 * eigenvalues scaled to mean 1 (of their roots where Q = 1, with sigma in the prefactor alone), over a
 * grid of sigma and then a simplex; the Tracy-Widom allowance is the root of its scale.
 *
 * `sigma` is of the scaled eigenvalues; the edges are in their own units. `boundary` says that the fit
 * stopped at the end of its grid, which the reference does not.
 */
export function fitMarchenkoPasturCompat(
  eigenvalues: Float64Array,
  spectrum: SolvedSpectrum,
): MarchenkoPasturFigures {
  const { smaller, q } = compatShape(spectrum);
  const sum = eigenvalues.reduce((total, value) => total + value, 0);
  const scale = eigenvalues.length / sum;
  const largest = (eigenvalues.at(-1) ?? 0) * scale;
  if (!(sum > 0) || !Number.isFinite(largest))
    return failedMarchenkoPastur('there is no positive eigenvalue to fit');
  const scaled = eigenvalues.map((value) => value * scale);
  const cost = costOf(keptDensity(q === 1 ? scaled.map(Math.sqrt) : scaled), q);
  const unit = Math.sqrt(largest / (1 + 1 / Math.sqrt(q)) ** 2);
  const sigma = simplexMinimum(cost, gridMinimum(cost, unit)).at;
  const low = (sigma * (1 - 1 / Math.sqrt(q))) ** 2;
  const high = (sigma * (1 + 1 / Math.sqrt(q))) ** 2;
  const tracyWidom = (1 / Math.sqrt(q)) * Math.pow(high, 2 / 3) * Math.pow(smaller, -2 / 3);
  const edge = high + Math.sqrt(tracyWidom);
  const softRank = high / largest;
  const boundary = Math.abs(softRank / BOUNDARY_SOFT_RANK - 1) < 1e-9;
  return {
    status: 'ok',
    reason: boundary ? 'the fit stopped at the lower end of its search grid' : '',
    sigma: finite(sigma),
    bulkMin: finite(low / scale),
    bulkMax: finite(high / scale),
    edge: finite(edge / scale),
    spikes: countAbove(scaled, edge),
    entrySpikes: null,
    softRank: finite(softRank),
    boundary,
  };
}

/**
 * Smaller side and aspect as the reference takes them: it swaps the two once for every slice that has
 * fewer rows than columns, so that an even number of such slices leaves them the wrong way round (Q < 1).
 */
function compatShape({ rows, cols, slices }: SolvedSpectrum): {
  readonly smaller: number;
  readonly q: number;
} {
  const swapped = rows < cols && slices % 2 === 0;
  const smaller = swapped ? Math.max(rows, cols) : Math.min(rows, cols);
  const larger = swapped ? Math.min(rows, cols) : Math.max(rows, cols);
  return { smaller, q: larger / smaller };
}

interface Density {
  readonly points: readonly number[];
  readonly values: readonly number[];
  readonly peak: number;
}

/** Triangular kernel density on 1000 points from 0 to 0.5 beyond the largest; points above 0.01 kept. */
function keptDensity(ascending: Float64Array): Density {
  const end = ascending.at(-1)! + 0.5;
  const points: number[] = [];
  const values: number[] = [];
  let first = 0;
  let peakValue = 0;
  let peak = 0;
  for (let k = 0; k < GRID_POINTS; k++) {
    const point = k === GRID_POINTS - 1 ? end : k * (end / (GRID_POINTS - 1));
    while (first < ascending.length && ascending[first]! <= point - BANDWIDTH) first++;
    let sum = 0;
    for (let i = first; i < ascending.length && ascending[i]! < point + BANDWIDTH; i++)
      sum += 1 - Math.abs(point - ascending[i]!) / BANDWIDTH;
    const density = sum / BANDWIDTH / ascending.length;
    if (density > peakValue) {
      peakValue = density;
      peak = point;
    }
    if (density <= LEAST_DENSITY) continue;
    points.push(point);
    values.push(density);
  }
  return { points, values, peak };
}

function costOf({ points, values, peak }: Density, q: number): (sigma: number) => number {
  const end = points.at(-1) ?? 0;
  return (sigma) => {
    const low = sigma ** 2 * (1 - 1 / Math.sqrt(q)) ** 2;
    const high = sigma ** 2 * (1 + 1 / Math.sqrt(q)) ** 2;
    if (q !== 1 && (high < peak || high > end || low > peak)) return PENALTY ** 2 * points.length;
    let cost = 0;
    points.forEach((z, k) => {
      const inside = q === 1 ? 4 - z * z : (high - z) * (z - low);
      const prefactor = q === 1 ? 1 / (Math.PI * sigma ** 2) : q / (2 * Math.PI * sigma ** 2 * z);
      const model = inside > 0 ? prefactor * Math.sqrt(inside) : 0;
      cost += (model - values[k]!) ** 2;
    });
    return cost;
  };
}

/** The grid's sigma of least cost; the first of equal ones. */
function gridMinimum(cost: (sigma: number) => number, unit: number): number {
  const from = GRID.from * unit;
  const step = GRID.step * unit;
  const points = Math.ceil((GRID.to * unit - from) / step);
  let best = from;
  let least = Infinity;
  for (let k = 0; k < points; k++) {
    const sigma = from + k * step;
    const value = cost(sigma);
    if (value >= least) continue;
    least = value;
    best = sigma;
  }
  return best;
}
