import { compatFigures } from './compatFigures.ts';
import type { Mode, SolvedSpectrum, SpectralFigures } from './figures.ts';
import { robustFigures } from './robustFigures.ts';
import { withoutUnresolved } from './unresolved.ts';

/** Every figure of one entry of the report, from its solved spectrum and those of its shuffles. */
export function spectralFigures(spectrum: SolvedSpectrum, mode: Mode): SpectralFigures {
  const isRobust = mode === 'robust';
  const figures = isRobust ? robustFigures(spectrum) : compatFigures(spectrum);
  return withoutUnresolved(figures, spectrum, isRobust);
}
