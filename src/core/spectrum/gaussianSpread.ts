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
 * of smaller side 1025 to 4096 and aspect ratios 1 to 16 (`node scripts/calibrate.mjs`; docs/figures.md
 * has the table): eigenvalues repel, so that smooth figures settle as 1/n, while the choice of xmin leaves
 * the exponent of the power law as uncertain in a large matrix as in a small one.
 */
export function gaussianSpread(figure: SpreadFigure, rows: number, cols: number): number {
  const smaller = Math.min(rows, cols);
  const aspect = smaller / Math.max(rows, cols);
  switch (figure) {
    case 'hill':
      return 4 / smaller;
    case 'upperHill':
      return 14.5 / smaller;
    case 'powerLaw':
      return 0.62;
    case 'distance':
      return 0.065;
    case 'effectiveRank':
      return (aspect * (0.25 + 0.15 * aspect)) / smaller;
    case 'largestEigenvalue': {
      const [m, n] = [Math.sqrt(rows), Math.sqrt(cols)];
      return (TRACY_WIDOM_SD * Math.cbrt(1 / m + 1 / n)) / (m + n);
    }
  }
}
