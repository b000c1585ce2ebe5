import { compatFigures } from './compatFigures.ts';
import type { Mode, SolvedSpectrum, SpectralFigures } from './figures.ts';
import { robustFigures } from './robustFigures.ts';

/** Every figure of one entry of the report, from its solved spectrum and those of its shuffles. */
export function spectralFigures(spectrum: SolvedSpectrum, mode: Mode): SpectralFigures {
  return mode === 'compat' ? compatFigures(spectrum) : robustFigures(spectrum);
}
