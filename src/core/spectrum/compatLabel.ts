import { compatFit } from './compatFigures.ts';
import { eigenvaluesOf } from './eigenvalues.ts';
import type { Figure, SolvedSpectrum } from './figures.ts';
import { finite } from './finite.ts';

/** What WeightWatcher 0.7.5.5 prints of a layer. */
export interface CompatLabel {
  /** Null where it prints -1 (the fit failed) or inf. */
  readonly alpha: Figure;
  readonly warning: '' | 'over-trained' | 'under-trained';
}

/** Its bounds: constants.py, OVER_TRAINED_THRESH and UNDER_TRAINED_THRESH. */
const OVER_TRAINED_BELOW = 2;
const UNDER_TRAINED_ABOVE = 6;

/**
 * WeightWatcher's alpha and label, for comparison. A failed fit is labelled over-trained, because the -1
 * that it prints is below 2. `spectrum` must be of the view that WeightWatcher takes: for a convolution
 * its pooled, scaled slices.
 */
export function compatLabel(spectrum: SolvedSpectrum): CompatLabel {
  const alpha = compatFit(eigenvaluesOf(spectrum.singularValues))?.alpha ?? -1;
  const warning =
    alpha < OVER_TRAINED_BELOW
      ? 'over-trained'
      : alpha > UNDER_TRAINED_ABOVE
        ? 'under-trained'
        : '';
  return { alpha: alpha === -1 ? null : finite(alpha), warning };
}
