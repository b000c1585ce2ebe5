/** A figure whose spread is known on the scale it is compared on (shuffleNull.ts). */
export type SpreadFigure =
  'hill' | 'upperHill' | 'powerLaw' | 'distance' | 'effectiveRank' | 'largestEigenvalue';

/** Standard deviation of the Tracy-Widom law (beta = 1). */
const TRACY_WIDOM_SD = 1.268;

/**
 * Standard deviation, from one Gaussian matrix to the next, of a figure of its spectrum: for shapes whose
 * null is one shuffle (smaller side above 1024), which has no spread of its own.
 *
 * The largest eigenvalue's is that of Johnstone (2001). The others were measured over Gaussian matrices
 * of 64 to 1024 rows and aspect ratios 1, 2 and 4 (`node scripts/calibrate.mjs`; docs/figures.md has the
 * table): eigenvalues repel, so that smooth figures settle as 1/n, while the choice of xmin leaves the
 * exponent of the power law as uncertain in a large matrix as in a small one.
 */
export function gaussianSpread(figure: SpreadFigure, rows: number, cols: number): number {
  const smaller = Math.min(rows, cols);
  const ratio = Math.max(rows, cols) / smaller;
  switch (figure) {
    case 'hill':
      return 3.5 / smaller;
    case 'upperHill':
      return 12 / smaller;
    case 'powerLaw':
      return 0.6;
    case 'distance':
      return 0.25 * smaller ** -0.25;
    case 'effectiveRank':
      return (0.4 * ratio ** -1.3) / smaller;
    case 'largestEigenvalue': {
      const [m, n] = [Math.sqrt(rows), Math.sqrt(cols)];
      return (TRACY_WIDOM_SD * Math.cbrt(1 / m + 1 / n)) / (m + n);
    }
  }
}
