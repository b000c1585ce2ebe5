import type { Layer } from './report.ts';

/** One bin of the spectrum, as it is drawn. */
export interface EsdBin {
  /** Edges in the units of the eigenvalues. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Share of the positive eigenvalues per unit of eigenvalue: `count / (n * (to - from))`. */
  readonly density: number;
}

export interface CurvePoint {
  readonly x: number;
  readonly y: number;
}

const CURVE_POINTS = 160;

function positiveCount(layer: Layer): number {
  return layer.esd.counts.reduce((sum, count) => sum + count, 0);
}

/** The empirical spectral density of a layer's positive eigenvalues. Empty where there are none. */
export function esdBins({ log10Min, log10Max, counts }: Layer['esd']): EsdBin[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return [];
  // All eigenvalues equal: the bins have no width of their own, so give them one a thousandth wide.
  const step = Math.max((log10Max - log10Min) / counts.length, 1e-3 / counts.length);
  return counts.map((count, index) => {
    const from = 10 ** (log10Min + index * step);
    const to = 10 ** (log10Min + (index + 1) * step);
    return { from, to, count, density: count / (total * (to - from)) };
  });
}

/** Points between two edges on a logarithmic axis, closer towards the edges, where a bulk falls steeply. */
function spacedTowardsEdges(from: number, to: number): number[] {
  const decades = Math.log10(to / from);
  return Array.from({ length: CURVE_POINTS }, (_, index) => {
    const share = (1 - Math.cos((Math.PI * index) / (CURVE_POINTS - 1))) / 2;
    return index === CURVE_POINTS - 1 ? to : from * 10 ** (decades * share);
  });
}

/**
 * The fitted power law over its tail, from xmin to xmax, on the scale of `esdBins`:
 * `(tail / n) (alpha - 1) / xmin (x / xmin)^-alpha` (Clauset, Shalizi and Newman 2009, table 2.1).
 * Two points, because it is a straight line on log-log axes. Empty where there is no fit.
 */
export function powerLawLine(layer: Layer): CurvePoint[] {
  const { alpha, xmin, xmax, tail } = layer.fits.powerLaw;
  const total = positiveCount(layer);
  if (alpha === null || xmin === null || xmax === null || tail === null) return [];
  if (total === 0 || !(xmin > 0) || !(xmax > xmin)) return [];
  const scale = (tail / total) * ((alpha - 1) / xmin);
  return [xmin, xmax].map((x) => ({ x, y: scale * (x / xmin) ** -alpha }));
}

/**
 * The Marchenko-Pastur law between its edges a and b, weighted by the share of eigenvalues that are no
 * spikes: `2 sqrt((b - x)(x - a)) / (pi (sqrt b - sqrt a)^2 x)` (Marchenko and Pastur 1967, written with
 * its edges alone; the integral from a to b is 1). Empty where there is no fit.
 */
export function marchenkoPasturCurve(layer: Layer): CurvePoint[] {
  const { bulkMin: a, bulkMax: b, spikes, entrySpikes } = layer.fits.marchenkoPastur;
  const total = positiveCount(layer);
  if (a === null || b === null || total === 0 || !(b > a) || a < 0) return [];
  const bulk = Math.max(0, 1 - ((spikes ?? 0) + (entrySpikes ?? 0)) / total);
  const scale = (2 * bulk) / (Math.PI * (Math.sqrt(b) - Math.sqrt(a)) ** 2);
  // With a = 0 (a square matrix) the law runs down to 0, which log axes do not have.
  const from = Math.max(a, Math.min(10 ** layer.esd.log10Min, b / 10));
  return spacedTowardsEdges(from, b).map((x) => ({
    x,
    y: scale * (Math.sqrt(Math.max(0, (b - x) * (x - a))) / x),
  }));
}
